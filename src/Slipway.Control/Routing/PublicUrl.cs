using System.Diagnostics;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Server;
using Slipway.Control.Instances;

namespace Slipway.Control.Routing;

/// <summary>Asks an app's public URL through the edge's own listener, as the world does, and which release answered.</summary>
internal sealed class PublicUrl(ServerConfig server) : IDisposable
{
    /// <summary>The edge names the release that answered to whoever shows this token.</summary>
    private const string TokenHeader = "Slipway-Verify";
    private const string ReleaseHeader = "Slipway-Release";

    // An edge that is being replaced by a newer one may have its old worker take one more connection.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        PooledConnectionLifetime = TimeSpan.Zero,
        // This machine is asked over loopback which release answers; whom a certificate convinces is another question.
        SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true },
    })
    {
        Timeout = TimeSpan.FromSeconds(35),
    };

    public static string TokenFile(ServerConfig server) => Path.Combine(server.EdgeDirectory, "verify-token");

    /// <returns>What was found, for people.</returns>
    /// <exception cref="SlipwayException">422: the URL does not answer, answers with an error, or another release answers.</exception>
    /// <param name="https">The app is served over HTTPS alone.</param>
    public async Task<string?> VerifyAsync(DomainName host, int version, HealthCheck health, CancellationToken cancel)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var (status, release, failure) = await AskAsync(host, health, cancel);
            if (release == $"v{version}" && health.IsGood(status)) return $"v{version} answers at {host} with {status}";
            if (release == $"v{version}" || Stopwatch.GetElapsedTime(started) > Patience) throw NotVerified($"{(health.Https ? "https" : "http")}://{host}{health.Path}", version, status, release, failure);
            await Task.Delay(10, cancel);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<(int Status, string? Release, string? Failure)> AskAsync(DomainName host, HealthCheck health, CancellationToken cancel)
    {
        try
        {
            var (scheme, port, usual) = health.Https ? ("https", server.HttpsPort, 443) : ("http", server.HttpPort, 80);
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{scheme}://127.0.0.1:{port}{health.Path}");
            request.Headers.Host = port == usual ? host.Value : $"{host}:{port}";
            request.Headers.Add(TokenHeader, (await File.ReadAllTextAsync(TokenFile(server), cancel)).Trim());
            request.Headers.Add("User-Agent", "Slipway-Verify");
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
            return ((int)answer.StatusCode, answer.Headers.TryGetValues(ReleaseHeader, out var values) ? string.Join(',', values) : null, null);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or UnauthorizedAccessException or TaskCanceledException && !cancel.IsCancellationRequested)
        {
            return (0, null, e.Message);
        }
    }

    private static SlipwayException NotVerified(string url, int version, int status, string? release, string? failure) =>
        new(422, new SlipwayError("public_url_not_verified", $"{url} did not answer from v{version}.")
        {
            Why = failure ?? (release is null ? $"It answered {status}, and not from any release." : $"It answered {status} from {release}."),
            Next = status >= 400 ? "slipway logs" : "slipway deploy",
            Step = "verify",
        });
}
