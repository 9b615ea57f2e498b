using System.Net;
using Slipway.SystemTests.Server;
using Slipway.SystemTests.Sites;

namespace Slipway.SystemTests.Heroku;

/// <summary>What everybody does first with Heroku's client: make an app, configure it, push to it, look at it, take it away.</summary>
public sealed class FirstStories(Platform platform) : IAsyncLifetime
{
    private const string App = "quay";
    private const string Renamed = "pier";

    private HerokuClient _heroku = null!;

    public async ValueTask InitializeAsync() => _heroku = await (await HerokuClient.OfAdminAsync(platform)).TrustingAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var app in (string[])[App, Renamed]) await platform.Cli.RunAsync("destroy", "--app", app, "--confirm", app);
    }

    [Fact]
    [Heroku("create", "apps", "info", "config", "config:set", "config:get", "config:unset", "config:edit", "git:remote", "releases", "ps", "labs", "labs:enable", "labs:info", "labs:disable", "features", "features:info", "features:enable", "features:disable", "apps:rename", "destroy")]
    public async Task An_app_is_made_configured_pushed_and_taken_away()
    {
        var created = await _heroku.SaidAsync("create", App);
        Assert.Contains($"Creating {App}", created, StringComparison.Ordinal);
        Assert.Contains(platform.Site(App).Url.ToString(), created, StringComparison.Ordinal);
        Assert.Contains(App, await _heroku.OutputAsync("apps"), StringComparison.Ordinal);

        Assert.Contains("GREETING: ahoy", await _heroku.SaidAsync("config:set", "GREETING=ahoy", "LEFT=over", "--app", App), StringComparison.Ordinal);
        Assert.Equal("ahoy\n", await _heroku.OutputAsync("config:get", "GREETING", "--app", App));
        await _heroku.SaidAsync("config:unset", "LEFT", "--app", App);
        Assert.Equal("\n", await _heroku.OutputAsync("config:get", "LEFT", "--app", App));

        using var folder = PlainSite.Create(App, "land");
        folder.Write("edit.sh", "#!/bin/sh\nsed -i s/ahoy/hello/ \"$1\"\n");
        File.SetUnixFileMode(folder.Path + "/edit.sh", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using (var terminal = _heroku.OpenTerminal($"heroku config:edit --app {App}", new Dictionary<string, string?> { ["EDITOR"] = folder.Path + "/edit.sh", ["VISUAL"] = null }))
        {
            await terminal.ExpectAsync("with these values?");
            await terminal.TypeAsync("y\r");
            Assert.Equal(0, await terminal.ExitCodeAsync());
        }

        Assert.Contains("GREETING: hello", await _heroku.OutputAsync("config", "--app", App), StringComparison.Ordinal);

        // git asks the client for the token, which it gives to the one host.
        var here = _heroku.In(folder.Path);
        (await here.GitAsync("init", "--quiet", "--initial-branch=main")).MustSucceed();
        (await here.GitAsync("add", "--all")).MustSucceed();
        (await here.GitAsync("commit", "--quiet", "--message", "first")).MustSucceed();
        Assert.Contains("set git remote heroku to https://localhost:", await here.OutputAsync("git:remote", "--app", App), StringComparison.Ordinal);
        var pushed = (await here.GitAsync("push", "heroku", "main")).MustSucceed();
        Assert.Contains("remote:", pushed.Errors, StringComparison.Ordinal);
        Assert.Equal("land", await platform.Site(App).TextAsync());
        // The app is the remote's, so nobody has to say it.
        Assert.Contains("web.1: up", await here.OutputAsync("ps"), StringComparison.Ordinal);
        Assert.Matches(@"v4\s+Deploy [0-9a-f]{7}", await here.OutputAsync("releases"));
        Assert.Contains("hello", (await platform.Cli.RunAsync("run", "--app", App, "--", "printenv", "GREETING")).MustSucceed().Output, StringComparison.Ordinal);
        var info = await here.OutputAsync("info");
        Assert.Contains($"=== {App}", info, StringComparison.Ordinal);
        Assert.Contains(platform.Site(App).Url.ToString(), info, StringComparison.Ordinal);
        Assert.Matches(@"Dynos:\s+web: 1", info);

        const string feature = "runtime-dyno-metadata";
        Assert.Matches(@"\[\+\] preboot", await _heroku.OutputAsync("features", "--app", App));
        Assert.Matches($@"\[ \] {feature}", await _heroku.OutputAsync("labs", "--app", App));
        await _heroku.SaidAsync("labs:enable", feature, "--app", App);
        Assert.Matches($@"\[\+\] {feature}", await _heroku.OutputAsync("labs", "--app", App));
        Assert.Contains("true", await _heroku.OutputAsync("labs:info", feature, "--app", App), StringComparison.Ordinal);
        Assert.Contains(App, (await platform.Cli.RunAsync("run", "--app", App, "--", "printenv", "HEROKU_APP_NAME")).MustSucceed().Output, StringComparison.Ordinal);
        await _heroku.SaidAsync("labs:disable", feature, "--app", App, "--confirm", App);
        await _heroku.SaidAsync("features:enable", feature, "--app", App);
        Assert.Contains("true", await _heroku.OutputAsync("features:info", feature, "--app", App), StringComparison.Ordinal);
        await _heroku.SaidAsync("features:disable", feature, "--app", App);

        Assert.Contains(platform.Site(Renamed).Url.ToString(), await here.SaidAsync("apps:rename", Renamed, "--app", App), StringComparison.Ordinal);
        Assert.Equal("land", await platform.Site(Renamed).UntilAsync((status, _) => status == HttpStatusCode.OK, TimeSpan.FromSeconds(10)));
        Assert.NotEqual(0, (await _heroku.RunAsync("info", "--app", App)).ExitCode);

        Assert.NotEqual(0, (await _heroku.RunAsync("destroy", "--app", Renamed, "--confirm", "other")).ExitCode);
        await _heroku.SaidAsync("destroy", "--app", Renamed, "--confirm", Renamed);
        using var site = platform.Site(Renamed);
        await site.UntilAsync((status, _) => status == HttpStatusCode.NotFound, TimeSpan.FromSeconds(10));
    }
}
