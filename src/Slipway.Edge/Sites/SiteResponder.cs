using Microsoft.AspNetCore.Http;
using Slipway.Edge.Requests;
using Slipway.Edge.StaticFiles;

namespace Slipway.Edge.Sites;

/// <summary>Answers requests for apps of files alone.</summary>
internal static class SiteResponder
{
    public static async Task AnswerAsync(Exchange exchange, Site site)
    {
        var (request, response) = (exchange.Http.Request, exchange.Http.Response);
        if (!(HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)))
        {
            await ErrorPage.WriteAsync(exchange, EdgeFailure.FilesOnly);
            return;
        }

        var path = request.Path.Value is { Length: > 0 } asked ? asked : "/";
        // A range is of the plain file: resuming a download must not depend on what was compressed meanwhile.
        var accepts = request.Headers.Range.Count > 0 ? AcceptedEncodings.None : AcceptEncoding.Parse(request.Headers.AcceptEncoding);
        var answer = site.Answer(path, accepts);
        if (exchange.ShowsInstance) response.Headers["Slipway-Release"] = exchange.Route!.ReleaseLabel;
        switch (answer)
        {
            case { Location: { } location }:
                response.StatusCode = answer.Status;
                response.Headers.Location = Safe(location, request.QueryString);
                response.Headers["X-Request-Id"] = exchange.RequestId;
                response.ContentLength = 0;
                Set(response.Headers, site.HeadersOf(path));
                break;
            case { File: { } file }:
                await StaticResponder.SendAsync(exchange, file, answer.Status, headers => Set(headers, site.HeadersOf(path)));
                break;
            default:
                await ErrorPage.WriteAsync(exchange, EdgeFailure.NoSuchPage);
                break;
        }
    }

    /// <summary>A path that begins with two slashes would be another host to a browser.</summary>
    private static string Safe(string location, QueryString query)
    {
        var target = location.StartsWith('/') ? "/" + location.TrimStart('/') : location;
        return target.Contains('?') || !query.HasValue ? target : target + query.Value;
    }

    private static void Set(IHeaderDictionary headers, IEnumerable<KeyValuePair<string, string>> some)
    {
        foreach (var (name, value) in some) headers[name] = value;
    }
}
