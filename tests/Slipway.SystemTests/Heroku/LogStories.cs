using System.Text.RegularExpressions;
using Slipway.SystemTests.Server;
using Slipway.SystemTests.Sites;

namespace Slipway.SystemTests.Heroku;

/// <summary>Logs, their filters and drains, and releases with Heroku's client.</summary>
public sealed class LogStories(Platform platform) : IAsyncLifetime
{
    private const string App = "logbook";
    private const string Time = @"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00 ";

    private readonly Folder _folder = PlainSite.Create(App, "land");

    private HerokuClient _heroku = null!;

    public async ValueTask InitializeAsync()
    {
        _heroku = await HerokuClient.OfAdminAsync(platform);
        _folder.Write("Procfile", "release: echo laying the keel\nweb: python server.py\n");
        await _heroku.SaidAsync("create", App);
        (await platform.Cli.In(_folder.Path).RunAsync("deploy", "--app", App)).MustSucceed();
    }

    public async ValueTask DisposeAsync()
    {
        (await platform.Cli.RunAsync("destroy", "--app", App, "--confirm", App)).MustSucceed();
        _folder.Dispose();
    }

    [Fact]
    [Heroku("logs")]
    public async Task The_log_is_Herokus_filtered_followed_and_with_its_codes()
    {
        using var site = platform.Site(App);
        await site.TextAsync("/look?for=this");
        var all = await UntilAsync("look?for=this", "asked for");
        Assert.All(all, line => Assert.Matches(Time, line));
        Assert.Contains(all, line => Regex.IsMatch(line, Time + @"app\[web\.1\]: asked for /look\?for=this$"));
        Assert.Contains(all, line => Regex.IsMatch(line, Time
            + $@"heroku\[router\]: at=info method=GET path=""/look\?for=this"" host={App}\.{platform.Config.Domain}:?\d* request_id=[0-9a-f-]{{36}} fwd=""127\.0\.0\.1"" dyno=web\.1 connect=\d+ms service=\d+ms status=200 bytes=4 protocol=http$"));
        Assert.Contains(all, line => Regex.IsMatch(line, Time + @"app\[api\]: Release v1 created by user \S+@\S+$"));
        Assert.Contains(all, line => Regex.IsMatch(line, Time + @"heroku\[web\.1\]: Starting process with command `python server\.py`$"));
        Assert.Contains(all, line => Regex.IsMatch(line, Time + @"heroku\[web\.1\]: State changed from starting to up$"));

        Assert.Equal(2, (await LinesAsync("-n", "2")).Count);
        Assert.All(await LinesAsync("--source", "app"), line => Assert.Contains(" app[", line, StringComparison.Ordinal));
        Assert.All(await LinesAsync("--source", "heroku"), line => Assert.Contains(" heroku[", line, StringComparison.Ordinal));
        Assert.All(await LinesAsync("--dyno-name", "web.1"), line => Assert.Contains("[web.1]: ", line, StringComparison.Ordinal));
        Assert.All(await LinesAsync("--process-type", "router"), line => Assert.Contains("heroku[router]: ", line, StringComparison.Ordinal));

        using (var terminal = _heroku.OpenTerminal($"heroku logs --tail --app {App}"))
        {
            await terminal.ExpectAsync("State changed from starting to up");
            await site.TextAsync("/look?for=that");
            await terminal.ExpectAsync("look?for=that");
            await terminal.TypeAsync("\x03");
            Assert.NotEqual(0, await terminal.ExitCodeAsync());
        }

        _folder.Write("Procfile", """
            web: python server.py
            clock: python -c "raise SystemExit(3)"
            hog: python -c "b'x' * 10**10"
            flood: python -c "import os, time; os.fork() or b'x' * 10**10; time.sleep(600)"
            stubborn: python -c "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('standing', flush=True); time.sleep(600)"

            """);
        (await platform.Cli.In(_folder.Path).RunAsync("deploy", "--app", App)).MustSucceed();
        await platform.Cli.RunAsync("scale", "clock=1", "hog=1", "flood=1", "stubborn=1", "--app", App); // two of them end at once, which it may or may not see
        await UntilAsync("app[stubborn.1]: standing");
        (await platform.Cli.RunAsync("scale", "stubborn=0", "--app", App)).MustSucceed();
        all = await UntilAsync("heroku[clock.1]: Process exited with status 3", "Error R15", "Error R14", "Error R12");
        Assert.Contains(all, line => line.EndsWith("heroku[clock.1]: State changed from starting to crashed", StringComparison.Ordinal) || line.EndsWith("heroku[clock.1]: State changed from up to crashed", StringComparison.Ordinal));
        Assert.Contains(all, line => line.Contains("app[api]: Scaled to clock@1:standard by user ", StringComparison.Ordinal));
        Assert.Contains(all, line => line.EndsWith("heroku[hog.1]: Error R15 (Memory quota vastly exceeded)", StringComparison.Ordinal));
        Assert.Contains(all, line => line.EndsWith("heroku[flood.1]: Error R14 (Memory quota exceeded)", StringComparison.Ordinal));
        Assert.Contains(all, line => line.EndsWith("heroku[stubborn.1]: Error R12 (Exit timeout) -> At least one process failed to exit within 30 seconds of SIGTERM", StringComparison.Ordinal));

        _folder.Write("Procfile", "web: sleep 600\n");
        _folder.Write("slipway.toml", "[health]\ntimeout = 3\n");
        Assert.NotEqual(0, (await platform.Cli.In(_folder.Path).RunAsync("deploy", "--app", App)).ExitCode);
        all = await UntilAsync("Error R10");
        Assert.Contains(all, line => line.EndsWith("heroku[web.1]: Error R10 (Boot timeout) -> Web process failed to bind to $PORT within 3 seconds of launch", StringComparison.Ordinal));
    }

    [Fact]
    [Heroku("releases", "releases:info", "releases:output", "rollback")]
    public async Task Releases_are_listed_shown_and_gone_back_to()
    {
        (await platform.Cli.RunAsync("config", "set", "GREETING=ahoy", "--app", App)).MustSucceed(); // returns when it serves; Heroku's does not wait
        (await platform.Cli.In(_folder.Path).RunAsync("deploy", "--app", App)).MustSucceed();
        Assert.Matches(@"v3\s+Deploy", await _heroku.OutputAsync("releases", "--app", App));
        Assert.Equal(2, (await _heroku.OutputAsync("releases", "-n", "2", "--app", App)).Split('\n').Count(line => Regex.IsMatch(line, @"^\s*v\d+\s")));

        var info = await _heroku.OutputAsync("releases:info", "v2", "--app", App);
        Assert.Contains("=== Release v2", info, StringComparison.Ordinal);
        Assert.Matches(@"Eligible for Rollback\?:\s+Yes", info);
        Assert.Contains("GREETING: ahoy", info, StringComparison.Ordinal);
        Assert.DoesNotContain("GREETING", await _heroku.OutputAsync("releases:info", "v1", "--app", App), StringComparison.Ordinal);

        Assert.Contains("laying the keel", await _heroku.OutputAsync("releases:output", "v1", "--app", App), StringComparison.Ordinal);

        var back = await _heroku.SaidAsync("rollback", "v1", "--app", App);
        Assert.Contains("done, v4", back, StringComparison.Ordinal);
        await Eventually.TrueAsync(async () => (await _heroku.OutputAsync("config", "--app", App)).Contains("GREETING", StringComparison.Ordinal) is false, TimeSpan.FromSeconds(60), () => "GREETING is still set");
        Assert.NotEqual(0, (await _heroku.RunAsync("rollback", "v99", "--app", App)).ExitCode);
    }

    private async Task<IReadOnlyList<string>> LinesAsync(params string[] flags) =>
        (await _heroku.OutputAsync(["logs", "--app", App, .. flags])).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>All lines, once these are there. The slipway CLI, which starts sooner, is asked until then; both show the same.</summary>
    private async Task<IReadOnlyList<string>> UntilAsync(params string[] wanted)
    {
        var own = "";
        await Eventually.TrueAsync(
            async () => wanted.All((own = (await platform.Cli.RunAsync("logs", "--app", App, "-n", "1000")).MustSucceed().Output).Contains), TimeSpan.FromSeconds(90), () => own);
        var lines = await LinesAsync("-n", "1000");
        // But for spaces, of which Heroku's client leaves one between words.
        Assert.Subset(lines.Select(OneSpaced).ToHashSet(), own.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(OneSpaced).ToHashSet());
        return lines;
    }

    private static string OneSpaced(string line) => Regex.Replace(line.TrimEnd(), @"\s+", " ");
}
