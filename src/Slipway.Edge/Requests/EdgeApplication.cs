using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Slipway.Contracts.Routing;
using Slipway.Contracts.Server;
using Slipway.Edge.AccessLog;
using Slipway.Edge.Admin;
using Slipway.Edge.Forwarding;
using Slipway.Edge.Routing;
using Slipway.Edge.Sites;
using Slipway.Edge.StaticFiles;
using Slipway.Edge.Worker;

namespace Slipway.Edge.Requests;

/// <summary>
/// What the server calls for each request. It stands where a web host's middleware pipeline would: the edge has exactly
/// one way for a request to go (host, state, static file, backend), and going it directly costs less.
/// </summary>
internal sealed class EdgeApplication(ServerConfig config, CurrentRoutes routes, Forwarder forwarder, AdminApi admin, RouterLog log, VerifyToken verify, Retirement retirement, Action<string> complain)
    : IHttpApplication<Exchange>
{
    private const string ChallengePath = "/.well-known/acme-challenge/";

    /// <summary>Each is a connection and little else; more of them would be a flood.</summary>
    private const int MostWaiting = 1000;

    private int _waiting;

    public Exchange CreateContext(IFeatureCollection contextFeatures)
    {
        var container = contextFeatures as IHostContextContainer<Exchange>;
        var exchange = container?.HostContext ?? new Exchange(contextFeatures);
        container?.HostContext = exchange;
        exchange.Begin(contextFeatures);
        return exchange;
    }

    public async Task ProcessRequestAsync(Exchange exchange)
    {
        retirement.Begin();
        try
        {
            // From then on every answer asks the client to come back on a new connection, which the next worker accepts.
            if (retirement.HasBegun) exchange.Http.Response.Headers.Connection = "close";
            await (exchange.IsAdmin ? admin.AnswerAsync(exchange) : AnswerAsync(exchange));
        }
        catch (BadHttpRequestException e)
        {
            await ErrorPage.WriteAsync(exchange, e.StatusCode == StatusCodes.Status413PayloadTooLarge ? EdgeFailure.BodyTooLarge : EdgeFailure.BadRequest(e.StatusCode, e.Message));
        }
        catch (Exception) when (exchange.Http.RequestAborted.IsCancellationRequested)
        {
            exchange.Failure = EdgeFailure.ClientGone;
        }
        catch (Exception e)
        {
            complain($"request {exchange.RequestId}: {e}");
            await ErrorPage.WriteAsync(exchange, EdgeFailure.Platform);
        }
    }

    public void DisposeContext(Exchange exchange, Exception? exception)
    {
        retirement.End();
        if (exchange.Route is { App: { } app } route)
        {
            var record = AccessRecord.Of(app, exchange);
            log.Write(record);
            // What slipwayd asks to see that a release answers is nobody's visit.
            if (!exchange.ShowsInstance) route.Counters?.Count(record.Status, record.Service);
        }

        exchange.End();
    }

    private Task AnswerAsync(Exchange exchange)
    {
        var request = exchange.Http.Request;
        var table = routes.Table;
        if (request.Path.Value is { } path && path.StartsWith(ChallengePath, StringComparison.Ordinal) && table.Revision.Challenges.TryGetValue(path[ChallengePath.Length..], out var proof))
            return exchange.Http.Response.WriteAsync(proof);
        var route = table.Find(request.Headers.Host.ToString());
        if (route is null) return ErrorPage.WriteAsync(exchange, EdgeFailure.UnknownHost);

        exchange.Route = route;
        exchange.ShowsInstance = verify.Matches(request.Headers[VerifyToken.Header]);
        if (route.RedirectsToHttps && !exchange.Http.Request.IsHttps) return ToHttpsAsync(exchange);
        return route.State switch
        {
            RouteState.Serving when route.Site is { } site => SiteResponder.AnswerAsync(exchange, site),
            RouteState.Serving => StaticResponder.Find(route, request) is { } file ? StaticResponder.SendAsync(exchange, file) : forwarder.ForwardAsync(exchange),
            RouteState.Maintenance => ErrorPage.WriteAsync(exchange, EdgeFailure.Maintenance),
            RouteState.Starting => WaitAsync(exchange, route),
            RouteState.NoWebProcesses => ErrorPage.WriteAsync(exchange, EdgeFailure.NoWebProcesses),
            _ => ErrorPage.WriteAsync(exchange, EdgeFailure.Crashed),
        };
    }

    /// <summary>Until the app's first instance is there. It is looked up anew after each change, and may come to be another app's host by then.</summary>
    private async Task WaitAsync(Exchange exchange, AppRoute route)
    {
        if (Interlocked.Increment(ref _waiting) > MostWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            await ErrorPage.WriteAsync(exchange, EdgeFailure.Backlog);
            return;
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(exchange.Http.RequestAborted);
        patience.CancelAfter(route.BootTimeout);
        try
        {
            while (routes.Changed is var changed && routes.Table.Find(exchange.Http.Request.Headers.Host.ToString())?.State == RouteState.Starting)
            {
                await changed.WaitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (!patience.IsCancellationRequested) continue;
                exchange.Http.RequestAborted.ThrowIfCancellationRequested();
                await ErrorPage.WriteAsync(exchange, EdgeFailure.BootTimeout);
                return;
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }

        await AnswerAsync(exchange);
    }

    /// <summary>The same address over HTTPS, and for good: what a browser knows it does not ask again.</summary>
    private Task ToHttpsAsync(Exchange exchange)
    {
        var (request, response) = (exchange.Http.Request, exchange.Http.Response);
        var port = config.HttpsPort == 443 ? "" : $":{config.HttpsPort}";
        // 308 has the method and the body sent again; 301 is what every client knows.
        response.StatusCode = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) ? StatusCodes.Status301MovedPermanently : StatusCodes.Status308PermanentRedirect;
        response.Headers.Location = $"https://{request.Host.Host}{port}{exchange.RawPath}";
        response.Headers["X-Request-Id"] = exchange.RequestId;
        response.ContentLength = 0;
        return Task.CompletedTask;
    }
}
