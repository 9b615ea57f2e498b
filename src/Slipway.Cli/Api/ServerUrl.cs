using Slipway.Contracts.Errors;

namespace Slipway.Cli.Api;

/// <summary>The API's URL as users write it.</summary>
internal static class ServerUrl
{
    public const string Default = "http://slipway.localhost:8080";

    /// <param name="text"><c>https://slipway.example.org</c>; without a scheme https is meant, except on this machine.</param>
    public static Uri Parse(string text)
    {
        var host = text.Split('/', ':')[0];
        var whole = text.Contains("://", StringComparison.Ordinal) ? text : (Loopback.IsLocal(host) || host == "127.0.0.1" ? "http://" : "https://") + text;
        return Uri.TryCreate(whole, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.PathAndQuery is "/"
            ? uri
            : throw new Failure(ExitCode.Usage, new SlipwayError("invalid_server", $"{Slipway.Contracts.Names.TypedName.Quote(text)} is not a server's URL.")
            {
                Why = "A server's URL is a scheme, a host and perhaps a port.",
                Next = $"For example: --server {Default}",
            });
    }

    /// <summary>How the credentials file names the server.</summary>
    public static string Key(Uri server) => server.GetLeftPart(UriPartial.Authority);
}
