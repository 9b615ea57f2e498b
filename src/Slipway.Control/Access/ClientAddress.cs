namespace Slipway.Control.Access;

/// <summary>
/// Where a request came from. Only the edge can open the control socket, and it replaces what a client sent in these
/// headers by the truth, so they are believed.
/// </summary>
internal static class ClientAddress
{
    public static string Of(HttpContext context)
    {
        var forwarded = context.Request.Headers["X-Forwarded-For"].ToString();
        var last = forwarded[(forwarded.LastIndexOf(',') + 1)..].Trim();
        return last.Length is > 0 and <= 64 ? last : "local";
    }
}
