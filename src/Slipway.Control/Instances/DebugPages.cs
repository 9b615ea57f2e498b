using System.Net;
using Slipway.Contracts.Names;

namespace Slipway.Control.Instances;

/// <summary>
/// Whether an app that is healthy shows its errors to everybody. It is asked for a page that no app has, as somebody who
/// mistypes asks; and a server that may have Werkzeug's debugger for that debugger itself.
/// </summary>
internal static class DebugPages
{
    private const string Nowhere = "/slipway-asks-for-a-page-that-is-not-there";
    private const string Debugger = "/?__debugger__=yes&cmd=resource&f=debugger.js";

    /// <summary>How long an app may take over each; one that is slow at this is not kept from going live.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <param name="healthy">The answer that made it count as healthy.</param>
    /// <returns>The exchange that shows it; null when nothing is shown.</returns>
    public static async Task<ProbeExchange?> ShownAsync(EndPoint endPoint, DomainName host, ProbeExchange healthy, CancellationToken cancel)
    {
        var exchange = await AskAsync(endPoint, new ProbeExchange(host, Nowhere, https: true), cancel);
        if (IsForDevelopers(exchange)) return exchange;
        if (healthy.Header("Server")?.StartsWith("Werkzeug/", StringComparison.Ordinal) != true) return null;
        exchange = await AskAsync(endPoint, new ProbeExchange(host, Debugger, https: true) { ReadsAll = true }, cancel);
        return exchange is { Last.Status: 200 } && exchange.Body.Contains("EVALEX", StringComparison.Ordinal) ? exchange : null;
    }

    /// <summary>Django's page of a wrong address and of an error, whose beginnings say which; Symfony's, whose header does.</summary>
    private static bool IsForDevelopers(ProbeExchange exchange) => exchange is { Last.Status: >= 400 }
        && (exchange.Header("X-Debug-Exception") is not null
            || exchange.Body.Contains("content=\"NONE,NOARCHIVE\"", StringComparison.Ordinal) && exchange.Body.Contains($" at {Nowhere}</title>", StringComparison.Ordinal));

    private static async Task<ProbeExchange> AskAsync(EndPoint endPoint, ProbeExchange exchange, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Patience);
        try
        {
            await exchange.AskAsync(endPoint, limit.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // Too slow to tell.
        }

        return exchange;
    }
}
