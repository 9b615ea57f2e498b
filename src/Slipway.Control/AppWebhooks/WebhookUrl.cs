using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Control.Remotes;

namespace Slipway.Control.AppWebhooks;

/// <summary>Where a webhook's deliveries go: HTTPS on the internet, and HTTP or this server's own network only where an admin lets them.</summary>
internal static class WebhookUrl
{
    private const int LongestUrl = 2000;

    /// <exception cref="SlipwayException">422 <c>invalid_webhook_url</c>, <c>source_unreachable</c>, <c>source_url_private</c>.</exception>
    public static async Task<Uri> CheckAsync(string? text, Outbound outbound, CancellationToken cancel)
    {
        if (text is not { Length: > 0 and <= LongestUrl } || !Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("https" or "http") || url.Fragment.Length > 0)
            throw Invalid(text, "A webhook's address is https://HOST/PATH.");
        if (url.UserInfo.Length > 0) throw Invalid(text, "It may hold no user and password; heroku webhooks:add takes them as --authorization.");
        if (url.Scheme == "http" && !await outbound.AllowsPrivateAsync(cancel)) throw Invalid(text, "It has to be https, so that nobody on the way reads what is sent.");
        await outbound.ResolveAsync(url.DnsSafeHost, cancel);
        return url;
    }

    private static SlipwayException Invalid(string? text, string why) =>
        new(422, new SlipwayError("invalid_webhook_url", $"{TypedName.Quote(text)} is not an address that webhooks can be sent to.")
        {
            Why = why,
            Next = "Give the whole of it, e.g. https://example.org/hooks.",
        });
}
