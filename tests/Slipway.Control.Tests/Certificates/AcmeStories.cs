using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Routing;
using Slipway.Control.Certificates;
using Slipway.Control.Certificates.Acme;

namespace Slipway.Control.Tests.Certificates;

/// <summary>Certificates by ACME from Pebble, the test server of Let's Encrypt's makers (Debian's package), where it is installed.</summary>
public sealed class AcmeStories : IAsyncLifetime
{
    private const string Program = "/usr/bin/pebble";

    private readonly TemporaryFolder _folder = new();
    private readonly TcpListener _site = new(IPAddress.Loopback, 0);
    private readonly Dictionary<string, string> _answers = [];
    private readonly CancellationTokenSource _end = new();
    private Process? _pebble;
    private int _port;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _site.Start();
        _ = ServeAsync();
        _port = FreePort();
        var authority = OwnAuthority.Create("test", DateTimeOffset.UtcNow);
        var own = OwnAuthority.Issue(new CertificateFile(authority.Chain, authority.Key), ["localhost", "127.0.0.1"], DateTimeOffset.UtcNow);
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "cert.pem"), own.Chain, Cancel);
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "key.pem"), own.Key, Cancel);
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "pebble.json"), JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["pebble"] = new Dictionary<string, object>
            {
                ["listenAddress"] = $"127.0.0.1:{_port}", ["managementListenAddress"] = $"127.0.0.1:{FreePort()}",
                ["certificate"] = Path.Combine(_folder.Path, "cert.pem"), ["privateKey"] = Path.Combine(_folder.Path, "key.pem"),
                ["httpPort"] = ((IPEndPoint)_site.LocalEndpoint).Port, ["tlsPort"] = 1, ["ocspResponderURL"] = "", ["externalAccountBindingRequired"] = false,
            },
        }), Cancel);
        var start = new ProcessStartInfo(Program, ["-config", Path.Combine(_folder.Path, "pebble.json"), "-strict"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PEBBLE_VA_NOSLEEP"] = "1";
        _pebble = Process.Start(start)!;
        _pebble.BeginOutputReadLine();
        _pebble.BeginErrorReadLine();
    }

    public ValueTask DisposeAsync()
    {
        _end.Cancel();
        _site.Dispose();
        if (_pebble is { HasExited: false }) _pebble.Kill();
        _pebble?.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_host_that_answers_gets_a_certificate()
    {
        var (chain, key) = await OrderAsync("localhost", answers: true);
        using var leaf = X509Certificate2.CreateFromPem(chain, key);
        Assert.True(leaf.MatchesHostname("localhost"));
        Assert.True(leaf.NotAfter > DateTime.UtcNow.AddDays(30));
    }

    [Fact]
    public async Task One_that_does_not_is_told_why()
    {
        var error = (await Assert.ThrowsAsync<SlipwayException>(() => OrderAsync("localhost", answers: false))).Error;
        Assert.Equal("acme_failed", error.Id);
        Assert.NotNull(error.Why);
        Assert.NotNull(error.Next);
    }

    [Fact]
    public async Task What_is_no_acme_server_is_told_from_one()
    {
        using var http = new HttpClient(new Fixed("<html>"));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var acme = new AcmeClient(http, new Uri("https://elsewhere.example/"), key);
        Assert.Equal("acme_unintelligible", (await Assert.ThrowsAsync<SlipwayException>(() => acme.OrderAsync("www.example.org", Cancel))).Error.Id);
    }

    private async Task<(string Chain, string Key)> OrderAsync(string host, bool answers)
    {
        using var http = new HttpClient(new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => true });
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var directory = new Uri($"https://127.0.0.1:{_port}/dir");
        for (var attempt = 0; attempt < 100; attempt++)
        {
            try
            {
                await http.GetStringAsync(directory, Cancel);
                break;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(100, Cancel);
            }
        }

        return await AcmeOrder.RunAsync(new AcmeClient(http, directory, key), host, (token, answer) =>
        {
            if (answers) lock (_answers) _answers[token] = answer;
            return Task.CompletedTask;
        }, TimeProvider.System, Cancel);
    }

    private async Task ServeAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            using var client = await _site.AcceptTcpClientAsync(_end.Token);
            await using var stream = client.GetStream();
            using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
            var path = (await reader.ReadLineAsync(_end.Token))?.Split(' ')[1] ?? "";
            while (await reader.ReadLineAsync(_end.Token) is { Length: > 0 }) { }
            string? answer;
            lock (_answers) _answers.TryGetValue(path.Replace("/.well-known/acme-challenge/", "", StringComparison.Ordinal), out answer);
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {(answer is null ? "404 Not Found" : "200 OK")}\r\nContent-Length: {answer?.Length ?? 0}\r\nConnection: close\r\n\r\n{answer}"), _end.Token);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed class Fixed(string text) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(text) });
    }
}
