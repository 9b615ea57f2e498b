using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Slipway.Edge.Requests;
using Yarp.ReverseProxy.Forwarder;

namespace Slipway.Edge.Forwarding;

/// <summary>What the backend sees of a request, and the client of the answer. One for each connection, see <see cref="Exchange"/>.</summary>
internal sealed class AppTransformer(Exchange exchange) : HttpTransformer
{
    // The path goes on byte for byte as it came, since what an app finds in it (an encoded slash, say) is its own affair.
    private static readonly UriCreationOptions RawPath = new() { DangerousDisablePathAndQueryCanonicalization = true };

    public override ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        var incoming = httpContext.Request.Headers;
        foreach (var (name, values) in incoming)
        {
            if (!RequestHeaders.StopHere(name)) Add(proxyRequest, name, values);
        }

        var outgoing = proxyRequest.Headers;
        outgoing.Host = incoming.Host.ToString();
        outgoing.TryAddWithoutValidation("X-Forwarded-For", exchange.ClientAddress);
        outgoing.TryAddWithoutValidation("X-Forwarded-Proto", exchange.Scheme);
        outgoing.TryAddWithoutValidation("X-Forwarded-Host", incoming.Host.ToString());
        outgoing.TryAddWithoutValidation("X-Forwarded-Port", exchange.Port);
        outgoing.TryAddWithoutValidation("Forwarded", exchange.Forwarded);
        outgoing.TryAddWithoutValidation("X-Request-Id", exchange.RequestId);
        outgoing.TryAddWithoutValidation("X-Request-Start", DateTimeOffset.UtcNow.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));
        outgoing.TryAddWithoutValidation("Via", "1.1 slipway");
        proxyRequest.RequestUri = new Uri("http://backend" + exchange.RawPath, RawPath);
        return ValueTask.CompletedTask;
    }

    public override async ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        exchange.FirstByte.Stop();
        if (proxyResponse is null || !await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken)) return false;

        var response = httpContext.Response;
        exchange.WasForwarded = true;
        RouteHeaders.Apply(exchange.Route, httpContext);
        response.Headers["X-Request-Id"] = exchange.RequestId;
        if (exchange.ShowsInstance)
        {
            response.Headers["Slipway-Release"] = exchange.Route!.ReleaseLabel;
            response.Headers["Slipway-Instance"] = exchange.Backend!.Name;
        }

        if (response.ContentLength is null && response.StatusCode is not StatusCodes.Status101SwitchingProtocols)
        {
            exchange.CountedBody = new CountingStream(response.Body);
            response.Body = exchange.CountedBody;
            // A browser's EventSource is open once it has the headers, which may be long before the first event.
            if (response.ContentType?.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase) is true)
                await response.Body.FlushAsync(cancellationToken);
        }

        return true;
    }

    private static void Add(HttpRequestMessage request, string name, StringValues values)
    {
        // Headers that describe a body go to the body; without one (a GET with Content-Type) they go nowhere.
        if (values.Count == 1)
        {
            var value = values.ToString();
            if (!request.Headers.TryAddWithoutValidation(name, value)) request.Content?.Headers.TryAddWithoutValidation(name, value);
        }
        else if (!request.Headers.TryAddWithoutValidation(name, values.AsEnumerable()!))
        {
            request.Content?.Headers.TryAddWithoutValidation(name, values.AsEnumerable()!);
        }
    }
}
