using System.Net;
using System.Net.Security;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Http;
using Slipway.Contracts.Names;
using Slipway.Contracts.Routing;

namespace Slipway.Edge.Tests;

public sealed class TlsTests
{
    [Fact]
    public async Task The_certificate_is_chosen_by_the_name_that_the_client_asks_for()
    {
        using var authority = new Authority();
        await using var edge = await RunningEdge.StartAsync();
        await edge.RouteAsync([], (authority.Issue("fallback.example"), "fallback.example"), (authority.Issue("www.example.org"), "www.example.org"),
            (authority.Issue("*.example.org"), "*.example.org"));

        Assert.Equal("www.example.org", await ShownToAsync("www.example.org"));
        Assert.Equal("www.example.org", await ShownToAsync("WWW.Example.Org"));
        Assert.Equal("*.example.org", await ShownToAsync("shop.example.org"));
        Assert.Equal("fallback.example", await ShownToAsync("deep.shop.example.org"));
        Assert.Equal("fallback.example", await ShownToAsync("unknown.example"));
        Assert.Equal("fallback.example", await ShownToAsync(""));

        async Task<string> ShownToAsync(string name)
        {
            await using var tls = await edge.ConnectTlsAsync(name, authority.Root, options =>
            {
                options.CertificateChainPolicy = null;
                options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
            });
            return new X509Certificate2(tls.RemoteCertificate!).GetNameInfo(X509NameType.SimpleName, false);
        }
    }

    [Fact]
    public async Task The_whole_chain_is_sent()
    {
        using var authority = new Authority();
        await using var edge = await RunningEdge.StartAsync();
        await edge.RouteAsync([], (authority.Issue("shop.localhost"), "shop.localhost"));

        // Trusts the root alone: without the authority between the two it would fail.
        await using var tls = await edge.ConnectTlsAsync("shop.localhost", authority.Root);
        Assert.Equal(SslProtocols.Tls13, tls.SslProtocol);
        await using var older = await edge.ConnectTlsAsync("shop.localhost", authority.Root, options => options.EnabledSslProtocols = SslProtocols.Tls12);
        Assert.Equal(SslProtocols.Tls12, older.SslProtocol);
    }

    [Fact]
    public async Task Without_any_certificate_a_handshake_fails_and_http_goes_on()
    {
        using var authority = new Authority();
        await using var edge = await RunningEdge.StartAsync();
        await using var site = await Site.SayingAsync("ok");
        await edge.RouteAsync(edge.RouteTo("shop", site.Address));

        await Assert.ThrowsAnyAsync<Exception>(() => edge.ConnectTlsAsync("shop.localhost", authority.Root));
        Assert.Equal("ok", await edge.Client.GetStringAsync("http://shop.localhost/"));
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task An_app_is_told_that_its_client_came_over_tls(string version)
    {
        using var authority = new Authority();
        await using var edge = await RunningEdge.StartAsync();
        await using var site = await Site.OnTcpAsync(http => http.Response.WriteAsync(
            $"{http.Request.Headers["X-Forwarded-Proto"]} {http.Request.Headers["X-Forwarded-Port"]} {http.Request.Headers["Forwarded"]} {http.Request.Headers.Host} {http.Request.Headers.Cookie}"));
        await edge.RouteAsync([edge.RouteTo("shop", site.Address)], (authority.Issue("shop.localhost"), "shop.localhost"));

        using var client = edge.NewTlsClient(authority.Root);
        var port = edge.Config.HttpsPort;
        using var request = new HttpRequestMessage(HttpMethod.Get, $"https://shop.localhost:{port}/a%2Fb?c=d")
        {
            Version = Version.Parse(version), VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Headers = { { "X-Forwarded-Proto", "http" }, { "Cookie", "a=1; b=2" } },
        };
        using var answer = await client.SendAsync(request);
        Assert.Equal(Version.Parse(version), answer.Version);
        Assert.Equal($"https {port} for=127.0.0.1;host=\"shop.localhost:{port}\";proto=https shop.localhost:{port} a=1; b=2", await answer.Content.ReadAsStringAsync());
        Assert.Contains("path=\"/a%2Fb?c=d\"", await edge.RouterLogAsync("shop", "protocol=https"));
    }

    [Fact]
    public async Task Http_is_redirected_where_the_app_wants_that()
    {
        using var authority = new Authority();
        await using var edge = await RunningEdge.StartAsync();
        await using var site = await Site.SayingAsync("ok");
        await edge.RouteAsync([edge.RouteTo("shop", site.Address) with { RedirectsToHttps = true }], (authority.Issue("shop.localhost"), "shop.localhost"));

        using var get = await edge.Client.GetAsync("http://shop.localhost/a%20b?c=d");
        Assert.Equal(HttpStatusCode.MovedPermanently, get.StatusCode);
        Assert.Equal($"https://shop.localhost:{edge.Config.HttpsPort}/a%20b?c=d", get.Headers.Location!.OriginalString);
        using var post = await edge.Client.PostAsync("http://shop.localhost:8080/form", new StringContent("x"));
        Assert.Equal(HttpStatusCode.PermanentRedirect, post.StatusCode);
        using var client = edge.NewTlsClient(authority.Root);
        Assert.Equal("ok", await client.GetStringAsync($"https://shop.localhost:{edge.Config.HttpsPort}/"));
    }

    [Fact]
    public async Task A_proof_for_a_certificate_authority_is_answered_whatever_the_app_does()
    {
        await using var edge = await RunningEdge.StartAsync();
        var route = edge.RouteTo("shop") with { State = RouteState.NoWebProcesses, RedirectsToHttps = true };
        var (status, text) = await edge.PutAsync(new RoutingRevision(1, DateTimeOffset.UtcNow, [route]) { Challenges = new Dictionary<string, string> { ["abc_1"] = "abc_1.xyz" } });
        Assert.True(status == 200, text);
        Assert.Equal("abc_1.xyz", await edge.Client.GetStringAsync("http://shop.localhost/.well-known/acme-challenge/abc_1"));
        Assert.Equal("abc_1.xyz", await edge.Client.GetStringAsync("http://www.elsewhere.example/.well-known/acme-challenge/abc_1"));
        Assert.Equal(HttpStatusCode.MovedPermanently, (await edge.Client.GetAsync("http://shop.localhost/.well-known/acme-challenge/other")).StatusCode);
        Assert.Equal(422, (await edge.PutAsync(new RoutingRevision(2, DateTimeOffset.UtcNow, [route]) { Challenges = new Dictionary<string, string> { ["a/b"] = "x" } })).Status);
        Assert.Equal(422, (await edge.PutAsync(new RoutingRevision(2, DateTimeOffset.UtcNow, [route]) { Challenges = new Dictionary<string, string> { ["a"] = "x\r\ny" } })).Status);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Websockets_pass_over_tls(string version)
    {
        using var authority = new Authority();
        await using var edge = await RunningEdge.StartAsync();
        await using var site = await Site.OnTcpAsync(async http =>
        {
            using var socket = await http.WebSockets.AcceptWebSocketAsync();
            var buffer = new byte[100];
            var got = await socket.ReceiveAsync(buffer, default);
            await socket.SendAsync(buffer.AsMemory(0, got.Count), WebSocketMessageType.Text, true, default);
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, default);
        });
        await edge.RouteAsync([edge.RouteTo("shop", site.Address)], (authority.Issue("shop.localhost"), "shop.localhost"));

        using var client = edge.NewTlsClient(authority.Root);
        using var socket = new ClientWebSocket { Options = { HttpVersion = Version.Parse(version), HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact } };
        await socket.ConnectAsync(new Uri("wss://shop.localhost/"), client, default);
        await socket.SendAsync(Encoding.ASCII.GetBytes("hello"), WebSocketMessageType.Text, true, default);
        var buffer = new byte[100];
        var got = await socket.ReceiveAsync(buffer, default);
        Assert.Equal("hello", Encoding.ASCII.GetString(buffer, 0, got.Count));
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task A_change_of_certificates_or_workers_drops_no_request(string version)
    {
        using var authority = new Authority();
        await using var edge = await RunningEdge.StartAsync();
        await using var site = await Site.OnTcpAsync(async http =>
        {
            await Task.Delay(20);
            await http.Response.WriteAsync("ok");
        });
        await edge.RouteAsync([edge.RouteTo("shop", site.Address)], (authority.Issue("shop.localhost"), "shop.localhost"));

        using var client = edge.NewTlsClient(authority.Root);
        (client.DefaultRequestVersion, client.DefaultVersionPolicy) = (Version.Parse(version), HttpVersionPolicy.RequestVersionExact);
        using var end = new CancellationTokenSource();
        var served = 0;
        var load = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!end.IsCancellationRequested)
            {
                Assert.Equal("ok", await client.GetStringAsync("https://shop.localhost/"));
                Interlocked.Increment(ref served);
            }
        })).ToArray();
        for (var round = 0; round < 3; round++)
        {
            await edge.RouteAsync([edge.RouteTo("shop", site.Address)], (authority.Issue("shop.localhost"), "shop.localhost"));
            var before = await edge.WorkerPidAsync();
            Kill.Signal(edge.MasterPid, "HUP");
            await RunningEdge.EventuallyAsync(async () => await edge.WorkerPidAsync() != before);
            await RunningEdge.EventuallyAsync(() => Task.FromResult(!Directory.Exists($"/proc/{before}")));
        }

        end.Cancel();
        await Task.WhenAll(load);
        Assert.InRange(served, 20, int.MaxValue);
    }

    [Fact]
    public async Task A_session_is_resumed_also_after_other_certificates_changed()
    {
        using var authority = new Authority();
        await using var edge = await RunningEdge.StartAsync();
        var kept = (authority.Issue("shop.localhost"), "shop.localhost");
        await edge.RouteAsync([], kept);
        var session = Path.GetTempFileName();
        try
        {
            var first = await OpenSslAsync(edge, "-sess_out", session);
            Assert.Contains("New, TLSv1.2", first);
            Assert.Contains("Reused, TLSv1.2", await OpenSslAsync(edge, "-sess_in", session));
            await edge.RouteAsync([], kept, (authority.Issue("other.localhost"), "other.localhost"));
            Assert.Contains("Reused, TLSv1.2", await OpenSslAsync(edge, "-sess_in", session));
        }
        finally
        {
            File.Delete(session);
        }
    }

    [Fact]
    public async Task Keys_lie_on_the_disk_for_the_edge_alone_and_serve_after_a_restart()
    {
        using var authority = new Authority();
        await using var edge = await RunningEdge.StartAsync();
        await edge.RouteAsync([], (authority.Issue("shop.localhost"), "shop.localhost"), (authority.Issue("old.localhost"), "old.localhost"));
        await edge.RouteAsync([], (authority.Issue("shop.localhost"), "shop.localhost"));

        var folder = Path.Combine(edge.Config.EdgeDirectory, "certificates");
        var file = Assert.Single(Directory.GetFiles(folder));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
        Assert.DoesNotContain("PRIVATE", await File.ReadAllTextAsync(Path.Combine(edge.Config.EdgeDirectory, "revision.json")));
        Assert.DoesNotContain("PRIVATE", await edge.Admin.GetStringAsync("/revision"));

        Kill.Now(await edge.WorkerPidAsync());
        await RunningEdge.EventuallyAsync(async () => (await edge.Admin.GetAsync("/health")).IsSuccessStatusCode);
        await using var tls = await edge.ConnectTlsAsync("shop.localhost", authority.Root);
    }

    [Fact]
    public async Task A_damaged_file_costs_its_own_host_the_certificate_and_nothing_else()
    {
        using var authority = new Authority();
        await using var edge = await RunningEdge.StartAsync();
        await using var site = await Site.SayingAsync("ok");
        var damaged = authority.Issue("www.example.org");
        await edge.RouteAsync([edge.RouteTo("shop", site.Address)], (authority.Issue("shop.localhost"), "shop.localhost"), (damaged, "www.example.org"));
        await File.WriteAllTextAsync(Path.Combine(edge.Config.EdgeDirectory, "certificates", CertificateFile.IdOf(damaged.Chain) + ".json"), "{");

        Kill.Now(await edge.WorkerPidAsync());
        await RunningEdge.EventuallyAsync(async () => (await edge.Admin.GetAsync("/health")).IsSuccessStatusCode);
        Assert.Equal("ok", await edge.NewTlsClient(authority.Root).GetStringAsync("https://shop.localhost/"));
        Assert.Contains("cannot be served", edge.Log);
    }

    [Fact]
    public async Task What_is_no_certificate_is_refused_and_so_is_a_revision_that_names_it()
    {
        using var authority = new Authority();
        await using var edge = await RunningEdge.StartAsync();
        var good = authority.Issue("shop.localhost");
        var other = authority.Issue("shop.localhost");

        Assert.Equal(422, (await edge.PutCertificateAsync(new CertificateFile("junk", good.Key))).Status);
        Assert.Equal(422, (await edge.PutCertificateAsync(new CertificateFile(good.Chain, "junk"))).Status);
        Assert.Equal(422, (await edge.PutCertificateAsync(new CertificateFile(good.Chain, other.Key))).Status);
        Assert.Equal(422, (await edge.PutCertificateAsync(good, id: new string('0', 64))).Status);
        Assert.Equal(422, (await edge.PutCertificateAsync(good, id: "..%2F..%2Fetc")).Status);
        Assert.Equal(422, (int)(await edge.Admin.PutAsync("/certificates/x", new StringContent("{"))).StatusCode);
        Assert.DoesNotContain(good.Key, (await edge.PutCertificateAsync(new CertificateFile("junk", good.Key))).Text);
        Assert.Equal("[]", await edge.Admin.GetStringAsync("/certificates"));

        var id = CertificateFile.IdOf(good.Chain);
        RoutingRevision Naming(params RouteCertificate[] certificates) => new(1, DateTimeOffset.UtcNow, []) { Certificates = certificates };
        Assert.Contains("missing_certificates", (await edge.PutAsync(Naming(new RouteCertificate(id, [DomainName.Parse("a.example")])))).Text);
        Assert.Equal(204, (await edge.PutCertificateAsync(good)).Status);
        Assert.Equal(422, (await edge.PutAsync(Naming(new RouteCertificate(id, [DomainName.Parse("a.example")]), new RouteCertificate(id, [DomainName.Parse("a.example")])))).Status);
        Assert.Equal(200, (await edge.PutAsync(Naming(new RouteCertificate(id, [DomainName.Parse("a.example")])))).Status);
    }

    private static async Task<string> OpenSslAsync(RunningEdge edge, params string[] more)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("openssl",
            ["s_client", "-connect", $"127.0.0.1:{edge.Config.HttpsPort}", "-servername", "shop.localhost", "-tls1_2", .. more])
        { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.StandardInput.Close();
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return said;
    }
}
