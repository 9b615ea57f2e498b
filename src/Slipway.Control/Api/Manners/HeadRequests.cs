namespace Slipway.Control.Api.Manners;

/// <summary>
/// HEAD is GET without the body: it takes the same way, so no route needs to know of it. Kestrel, which still knows what was
/// asked, leaves the body out.
/// </summary>
internal static class HeadRequests
{
    private static readonly object Mark = new();

    public static Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        // WebDAV answers HEAD itself.
        if (HttpMethods.IsHead(context.Request.Method) && !context.Request.Path.StartsWithSegments("/dav"))
        {
            context.Request.Method = HttpMethods.Get;
            context.Items[Mark] = Mark;
        }

        return next(context);
    }

    /// <summary>Only the head is wanted: what would be streamed has no need to begin.</summary>
    public static bool IsHead(this HttpContext context) => context.Items.ContainsKey(Mark);
}
