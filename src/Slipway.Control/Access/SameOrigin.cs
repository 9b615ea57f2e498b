using Slipway.Contracts.Errors;

namespace Slipway.Control.Access;

/// <summary>
/// A browser sends the session's cookie whoever made it ask. Apps live on sibling host names of the dashboard, which
/// SameSite counts as the same site, so what changes something (or opens a WebSocket) must come from a page of the very
/// same origin: as the browser itself says, in headers that no page can set.
/// </summary>
internal static class SameOrigin
{
    private static readonly SlipwayError CrossOrigin = new("cross_origin", "The request came from a page of another site.")
    {
        Why = "With a session's cookie, changes are taken from the dashboard's own pages alone.",
        Next = "Open the dashboard and do it there; programs send a token instead of the cookie.",
    };

    /// <summary>git, curl and file managers say nothing of where they come from.</summary>
    public static bool IsBrowser(HttpRequest request) => request.Headers.Origin.Count > 0 || request.Headers.ContainsKey("Sec-Fetch-Site");

    /// <exception cref="SlipwayException">403 <c>cross_origin</c>.</exception>
    public static void Check(HttpContext context)
    {
        var request = context.Request;
        var isHarmless = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
        if (isHarmless && !context.WebSockets.IsWebSocketRequest && request.Headers.Upgrade.Count == 0) return;
        if (!IsSameOrigin(request)) throw new SlipwayException(403, CrossOrigin);
    }

    /// <summary>Sec-Fetch-Site where the browser gives it (https and localhost), else Origin, which every browser sends with a change.</summary>
    private static bool IsSameOrigin(HttpRequest request) => request.Headers["Sec-Fetch-Site"].ToString() switch
    {
        "same-origin" => true,
        "" => Uri.TryCreate(request.Headers.Origin, UriKind.Absolute, out var origin)
            && string.Equals(origin.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase),
        _ => false,
    };
}
