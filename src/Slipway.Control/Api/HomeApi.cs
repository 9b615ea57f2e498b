using Slipway.Contracts.Server;

namespace Slipway.Control.Api;

/// <summary>What somebody without a token sees: that this is a Slipway, and how to log in. Nothing about what runs on it.</summary>
internal static class HomeApi
{
    public static void MapHome(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health", () => TypedResults.Text("ok\n")).WithName("health").AllowAnonymous();
        routes.MapGet("/", (ServerConfig server) => TypedResults.Content(Page(server), "text/html; charset=utf-8")).WithName("home").AllowAnonymous();
    }

    private static string Page(ServerConfig server) => $$"""
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Slipway</title>
        <style>
          body { font: 17px/1.5 system-ui, sans-serif; max-width: 38rem; margin: 12vh auto; padding: 0 1.2rem; color: #1b2733; background: #fbfcfd }
          code, pre { font: 15px/1.5 ui-monospace, monospace; background: #eef2f5; border-radius: 4px; padding: .1em .35em }
          pre { padding: .8em 1em; overflow-x: auto }
          @media (prefers-color-scheme: dark) { body { color: #dde5ec; background: #12181e } code, pre { background: #1f2830 } }
        </style>
        <h1>Slipway</h1>
        <p>This server runs apps with Slipway. What you see here is its API; it answers those who have a token.</p>
        <p>On the server, <code>bin/slipway</code> is logged in already. From another machine:</p>
        <pre>slipway login --server {{server.ApiUrl("")}}</pre>
        <p>Ask the server's admin for a token, or make one on the server itself:</p>
        <pre>sudo {{Environment.ProcessPath}} admin-token</pre>
        </html>
        """;
}
