using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Slipway.SystemTests.Server;
using Slipway.SystemTests.Sites;

namespace Slipway.SystemTests.Heroku;

/// <summary>Domains and certificates by Heroku's client; what a visitor with curl and openssl sees of them.</summary>
public sealed class CertificateStories(Platform platform) : IAsyncLifetime
{
    private const string App = "lighthouse";
    private const string Domain = "www.lighthouse.example";

    private readonly Folder _folder = PlainSite.Create(App, "light");
    private HerokuClient _heroku = null!;

    public async ValueTask InitializeAsync()
    {
        _heroku = await HerokuClient.OfAdminAsync(platform);
        (await platform.Cli.In(_folder.Path).RunAsync("deploy", "--app", App)).MustSucceed();
    }

    public async ValueTask DisposeAsync()
    {
        await platform.Cli.RunAsync("destroy", "--app", App, "--confirm", App);
        _folder.Dispose();
    }

    [Fact]
    public async Task Every_app_answers_over_https_by_the_servers_own_authority()
    {
        var authority = Path.Combine(_folder.Path, "ca.crt");
        await File.WriteAllTextAsync(authority, (await platform.Cli.RunAsync("server", "ca")).MustSucceed().Output, TestContext.Current.CancellationToken);
        Assert.Equal("light", await CurlAsync($"{App}.{platform.Config.Domain}", authority));
        var protocol = await Run.ProgramAsync("curl", [.. Curl($"{App}.{platform.Config.Domain}", authority), "-o", "/dev/null", "-w", "%{http_version}"]);
        Assert.Equal("2", protocol.MustSucceed().Output);

        (await platform.Cli.RunAsync("https", "force", "--app", App)).MustSucceed();
        await UntilAsync(async () =>
        {
            var redirect = await Run.ProgramAsync("curl", ["-s", "-o", "/dev/null", "-w", "%{http_code} %{redirect_url}", "--resolve", $"{App}.{platform.Config.Domain}:{platform.Config.HttpPort}:127.0.0.1", $"http://{App}.{platform.Config.Domain}:{platform.Config.HttpPort}/a"]);
            return redirect.Output == $"301 https://{App}.{platform.Config.Domain}:{platform.Config.HttpsPort}/a";
        });
        Assert.Equal("light", await CurlAsync($"{App}.{platform.Config.Domain}", authority));
        // A deploy is verified over HTTPS then.
        PlainSite.Say(_folder, "brighter");
        (await platform.Cli.In(_folder.Path).RunAsync("deploy", "--app", App)).MustSucceed();
        Assert.Equal("brighter", await CurlAsync($"{App}.{platform.Config.Domain}", authority));
        Assert.Contains("the server's own authority", (await platform.Cli.RunAsync("https", "--app", App)).MustSucceed().Output, StringComparison.Ordinal);
    }

    [Fact]
    [Heroku("domains", "domains:add", "domains:info", "domains:wait", "domains:update", "domains:remove", "domains:clear", "certs", "certs:add", "certs:info", "certs:update", "certs:remove")]
    public async Task A_domain_gets_the_certificate_that_its_owner_brings()
    {
        await _heroku.SaidAsync("domains:add", Domain, "--app", App, "--wait");
        Assert.Contains(Domain, await _heroku.OutputAsync("domains", "--app", App), StringComparison.Ordinal);
        await _heroku.OutputAsync("domains:wait", Domain, "--app", App);
        Assert.Contains(Domain, await _heroku.OutputAsync("domains:info", Domain, "--app", App), StringComparison.Ordinal);

        var root = Write("first", Domain);
        // The client asks which domains it is for; the server has decided by then, so its question may stay unanswered.
        await _heroku.RunAsync("certs:add", _folder.Path + "/first.crt", _folder.Path + "/first.key", "--app", App);
        await UntilAsync(async () => (await TryCurlAsync(Domain, root)) == "light");
        var listed = await _heroku.OutputAsync("certs", "--app", App);
        Assert.Contains(Domain, listed, StringComparison.Ordinal);
        var name = listed.Split('\n').First(line => line.Contains(Domain, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
        Assert.Contains(Domain, await _heroku.SaidAsync("certs:info", "--name", name, "--app", App), StringComparison.Ordinal);
        await _heroku.SaidAsync("domains:update", Domain, "--cert", name, "--app", App);

        var other = Write("second", Domain);
        await _heroku.SaidAsync("certs:update", _folder.Path + "/second.crt", _folder.Path + "/second.key", "--name", name, "--app", App, "--confirm", App);
        await UntilAsync(async () => (await TryCurlAsync(Domain, other)) == "light");

        var mismatch = await _heroku.RunAsync("certs:add", _folder.Path + "/first.crt", _folder.Path + "/second.key", "--app", App);
        Assert.Contains("another certificate", mismatch.Errors, StringComparison.Ordinal);
        await _heroku.SaidAsync("certs:remove", "--name", name, "--app", App, "--confirm", App);
        await _heroku.SaidAsync("domains:remove", Domain, "--app", App);
        await _heroku.SaidAsync("domains:add", "shop.lighthouse.example", "--app", App);
        await _heroku.SaidAsync("domains:clear", "--app", App);
        Assert.DoesNotContain("shop.lighthouse.example", await _heroku.OutputAsync("domains", "--app", App), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Https_is_served_with_slipwayd_stopped()
    {
        var authority = Path.Combine(_folder.Path, "ca.crt");
        await File.WriteAllTextAsync(authority, (await platform.Cli.RunAsync("server", "ca")).MustSucceed().Output, TestContext.Current.CancellationToken);
        // Stopped, not ended: its supervisor would start it again.
        var slipwayd = Assert.Single(Daemons.Control(platform)).ToString(System.Globalization.CultureInfo.InvariantCulture);
        (await Run.ProgramAsync("kill", ["-STOP", slipwayd])).MustSucceed();
        try
        {
            Assert.Equal("light", await CurlAsync($"{App}.{platform.Config.Domain}", authority));
        }
        finally
        {
            (await Run.ProgramAsync("kill", ["-CONT", slipwayd])).MustSucceed();
        }
    }

    /// <returns>The root that signed it; <c>NAME.crt</c> and <c>NAME.key</c> are in the folder.</returns>
    private string Write(string name, string host)
    {
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var root = new CertificateRequest($"CN=Root {name}", rootKey, HashAlgorithmName.SHA256);
        root.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var authority = root.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(100));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        using var leaf = request.Create(authority, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(30), RandomNumberGenerator.GetBytes(8));
        _folder.Write(name + ".crt", leaf.ExportCertificatePem() + "\n" + authority.ExportCertificatePem() + "\n");
        _folder.Write(name + ".key", key.ExportPkcs8PrivateKeyPem() + "\n");
        _folder.Write(name + ".root", authority.ExportCertificatePem() + "\n");
        return Path.Combine(_folder.Path, name + ".root");
    }

    private string[] Curl(string host, string authority) =>
        ["-sS", "--cacert", authority, "--resolve", $"{host}:{platform.Config.HttpsPort}:127.0.0.1", $"https://{host}:{platform.Config.HttpsPort}/"];

    private async Task<string> CurlAsync(string host, string authority) => (await Run.ProgramAsync("curl", Curl(host, authority))).MustSucceed().Output;

    private async Task<string> TryCurlAsync(string host, string authority) => (await Run.ProgramAsync("curl", Curl(host, authority))).Output;

    private static Task UntilAsync(Func<Task<bool>> condition) => Eventually.TrueAsync(condition, TimeSpan.FromSeconds(60), () => "it did not come true");
}
