using System.Net;
using Slipway.SystemTests.Server;
using Slipway.SystemTests.Sites;

namespace Slipway.SystemTests.Heroku;

/// <summary>What everybody does first with Heroku's client: make an app, look at it, configure it, take it away.</summary>
public sealed class FirstStories(Platform platform) : IAsyncLifetime
{
    private const string App = "quay";

    private HerokuClient _heroku = null!;

    public async ValueTask InitializeAsync() => _heroku = await HerokuClient.OfAdminAsync(platform);

    public async ValueTask DisposeAsync() => await platform.Cli.RunAsync("destroy", "--app", App, "--confirm", App);

    [Fact]
    [Heroku("create", "apps", "info", "config", "config:set", "config:get", "config:unset", "releases", "ps", "destroy")]
    public async Task An_app_is_made_configured_and_taken_away()
    {
        var created = await _heroku.SaidAsync("create", App);
        Assert.Contains($"Creating {App}", created, StringComparison.Ordinal);
        Assert.Contains(platform.Site(App).Url.ToString(), created, StringComparison.Ordinal);
        Assert.Contains(App, await _heroku.OutputAsync("apps"), StringComparison.Ordinal);
        var info = await _heroku.OutputAsync("info", "--app", App);
        Assert.Contains($"=== {App}", info, StringComparison.Ordinal);
        Assert.Contains(platform.Site(App).Url.ToString(), info, StringComparison.Ordinal);

        Assert.Contains("GREETING: ahoy", await _heroku.SaidAsync("config:set", "GREETING=ahoy", "--app", App), StringComparison.Ordinal);
        Assert.Equal("ahoy\n", await _heroku.OutputAsync("config:get", "GREETING", "--app", App));
        Assert.Contains("GREETING: ahoy", await _heroku.OutputAsync("config", "--app", App), StringComparison.Ordinal);

        using var folder = PlainSite.Create(App, "land");
        (await platform.Cli.In(folder.Path).RunAsync("deploy", "--app", App)).MustSucceed();
        Assert.Contains("ahoy", (await platform.Cli.RunAsync("run", "--app", App, "--", "printenv", "GREETING")).MustSucceed().Output, StringComparison.Ordinal);
        var ps = await _heroku.OutputAsync("ps", "--app", App);
        Assert.Contains("web", ps, StringComparison.Ordinal);
        Assert.Contains("web.1: up", ps, StringComparison.Ordinal);

        await _heroku.SaidAsync("config:unset", "GREETING", "--app", App);
        Assert.Equal("\n", await _heroku.OutputAsync("config:get", "GREETING", "--app", App));
        var releases = await _heroku.OutputAsync("releases", "--app", App);
        Assert.Contains("v3", releases, StringComparison.Ordinal);

        await _heroku.SaidAsync("destroy", "--app", App, "--confirm", App);
        using var site = platform.Site(App);
        await site.UntilAsync((status, _) => status == HttpStatusCode.NotFound, TimeSpan.FromSeconds(10));
    }
}
