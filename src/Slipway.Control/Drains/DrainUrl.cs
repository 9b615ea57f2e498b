using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;

namespace Slipway.Control.Drains;

/// <summary>Where a drain goes: <c>https://</c> (and http), <c>syslog+tls://</c>, <c>syslog://</c>.</summary>
internal sealed record DrainUrl(Uri Url)
{
    private const int LongestUrl = 2000;

    public bool IsHttp => Url.Scheme is "https" or "http";

    public bool IsTls => Url.Scheme is "https" or "syslog+tls";

    public string Host => Url.DnsSafeHost;

    public int Port => Url.IsDefaultPort || Url.Port < 0 ? (Url.Scheme == "syslog+tls" ? 6514 : 514) : Url.Port;

    /// <exception cref="SlipwayException">422 <c>invalid_drain_url</c>.</exception>
    public static DrainUrl Parse(string? text)
    {
        if (text is { Length: > 0 and <= LongestUrl } && Uri.TryCreate(text, UriKind.Absolute, out var url)
            && url.Scheme is "https" or "http" or "syslog" or "syslog+tls" && url.Host.Length > 0 && url.Fragment.Length == 0)
        {
            return new DrainUrl(url);
        }

        throw new SlipwayException(422, new SlipwayError("invalid_drain_url", $"{TypedName.Quote(text)} is not an address that logs can be sent to.")
        {
            Why = "A drain is https://HOST/PATH, syslog+tls://HOST:PORT or syslog://HOST:PORT.",
            Next = "heroku drains:add syslog+tls://logs.example.org:6514",
        });
    }
}
