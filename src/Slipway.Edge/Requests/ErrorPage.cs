using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Slipway.Contracts;
using Slipway.Contracts.Api;

namespace Slipway.Edge.Requests;

/// <summary>The answer that the edge gives by itself: a small page for people, JSON for programs.</summary>
internal static class ErrorPage
{
    public static async Task WriteAsync(Exchange exchange, EdgeFailure failure)
    {
        exchange.Failure = failure;
        var response = exchange.Http.Response;
        if (response.HasStarted)
        {
            exchange.Http.Abort();
            return;
        }

        Clear(response);
        response.StatusCode = failure.Status;
        response.Headers.CacheControl = "no-store";
        if (failure.Status == StatusCodes.Status405MethodNotAllowed) response.Headers.Allow = "GET, HEAD";
        response.Headers["X-Request-Id"] = exchange.RequestId;
        if (failure.Code.Length > 0) response.Headers["Slipway-Error"] = failure.Code;

        var json = PrefersJson(exchange.Http.Request.Headers.Accept.ToString());
        var body = json ? Json(exchange, failure) : Html(exchange, failure);
        response.ContentType = json ? "application/json" : "text/html; charset=utf-8";
        if (!json) response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'";
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(exchange.Http.Request.Method)) await response.Body.WriteAsync(body, exchange.Http.RequestAborted);
    }

    /// <summary>Takes back what an attempt has set, but not that the connection is to close.</summary>
    public static void Clear(HttpResponse response)
    {
        var connection = response.Headers.Connection;
        response.Clear();
        response.Headers.Connection = connection;
    }

    /// <summary>A browser names text/html; API clients name a JSON type, or anything.</summary>
    private static bool PrefersJson(string accept) =>
        accept.Contains("json", StringComparison.OrdinalIgnoreCase) && !accept.Contains("text/html", StringComparison.OrdinalIgnoreCase);

    private static byte[] Json(Exchange exchange, EdgeFailure failure) => JsonSerializer.SerializeToUtf8Bytes(
        new ErrorAnswer(failure.Id, failure.Title + ".", null, failure.Id, null, failure.Explanation, failure.Remedy, null, null, exchange.RequestId),
        ContractsJson.Default.ErrorAnswer);

    private static byte[] Html(Exchange exchange, EdgeFailure failure)
    {
        var code = failure.Code.Length > 0 ? $"{failure.Status} · {failure.Code}" : $"{failure.Status}";
        return Encoding.UTF8.GetBytes($$"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{{failure.Title}}</title>
            <style>
            :root { color-scheme: light dark; --ink: #1c2733; --soft: #5a6b7b; --paper: #f6f8fa; --card: #fff; --line: #dde4ea; }
            @media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #93a4b4; --paper: #10161c; --card: #18212a; --line: #2a3743; } }
            body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--paper); color: var(--ink);
                   font: 16px/1.55 system-ui, sans-serif; }
            main { box-sizing: border-box; width: min(34rem, 100% - 2rem); margin: 2rem 0; padding: 1.75rem; background: var(--card);
                   border: 1px solid var(--line); border-radius: 12px; overflow-wrap: anywhere; }
            h1 { margin: .25rem 0 .75rem; font-size: 1.5rem; line-height: 1.25; }
            p { margin: 0 0 1rem; }
            small, details { color: var(--soft); font-size: .875rem; }
            summary { cursor: pointer; }
            details p { margin: .5rem 0 0; }
            </style>
            </head>
            <body>
            <main>
            <small>{{code}}</small>
            <h1>{{failure.Title}}</h1>
            <p>{{failure.Explanation}}</p>
            <details><summary>Is this your app?</summary><p>{{WebUtility.HtmlEncode(failure.Remedy)}}</p></details>
            <p style="margin: 1rem 0 0"><small>{{WebUtility.HtmlEncode(exchange.Http.Request.Host.Value)}} · request {{exchange.RequestId}}</small></p>
            </main>
            </body>
            </html>

            """);
    }
}
