namespace Slipway.Control.Api;

/// <summary>Names a request in answers and logs. The edge makes one for each; a request that came past it gets one here.</summary>
internal static class RequestId
{
    public static string Of(HttpContext context) => context.TraceIdentifier;

    public static Task SetAsync(HttpContext context, RequestDelegate next)
    {
        var sent = context.Request.Headers["X-Request-Id"].ToString();
        context.TraceIdentifier = IsSound(sent) ? sent : Guid.NewGuid().ToString();
        context.Response.Headers["Request-Id"] = context.TraceIdentifier;
        return next(context);
    }

    private static bool IsSound(string id) => id.Length is >= 8 and <= 100 && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
}
