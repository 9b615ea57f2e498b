using System.Text.Json;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.SystemTests.Server;
using Slipway.SystemTests.Sites;

namespace Slipway.SystemTests.Stories;

/// <summary>Cron by the machine's own clock: three minutes of it, in which slipwayd is killed.</summary>
public sealed class CronStories(Platform platform)
{
    private const string App = "cron-story";

    private Cli Cli => platform.Cli;

    [Fact]
    public async Task What_is_due_runs_once_whatever_overlaps_and_whoever_is_killed()
    {
        using var folder = PlainSite.Create(App, "up");
        folder.Write("app.json", """
            { "cron": [
                {"name": "short", "command": "python -c \"print('short', 'ran')\"", "schedule": "* * * * *"},
                {"name": "skips", "command": "sleep 80", "schedule": "* * * * *"},
                {"name": "queues", "command": "sleep 75", "schedule": "* * * * *", "overlap": "queue"},
                {"name": "kills", "command": "sleep 600", "schedule": "* * * * *", "overlap": "kill-old"},
                {"name": "fails", "command": "python -c \"raise SystemExit(3)\"", "schedule": "* * * * *"},
                {"name": "limited", "command": "sleep 600", "schedule": "* * * * *", "timeout": 5}
            ] }
            """);
        (await Cli.In(folder.Path).RunAsync("deploy", "--app", App)).MustSucceed();

        // The first minute: all start, and slipwayd is killed over them.
        await UntilAsync("short", runs => runs is [.., { State: "succeeded", ExitCode: 0 }]);
        await UntilAsync("fails", runs => runs is [.., { State: "failed", ExitCode: 3 }]);
        await UntilAsync("limited", runs => runs is [.., { State: "failed", Note: not null }] && runs[^1].Note!.Contains("longer than 5 s", StringComparison.Ordinal));
        var first = (await RunsAsync("queues"))[^1];
        Assert.Equal("running", first.State);
        foreach (var pid in Daemons.Control(platform)) Daemons.KillHard(pid);

        // The second: what each of them said is what happened.
        await UntilAsync("skips", runs => runs is [.., { State: "skipped", StartedAt: null }, _]);
        await UntilAsync("kills", runs => runs is [.., { StartedAt: not null }, { State: "failed" } old] && old.Note!.Contains("kill-old", StringComparison.Ordinal));
        await UntilAsync("queues", runs => runs is [.., { StartedAt: not null } next, { State: "succeeded" } before]
            && before.Id == first.Id && next.StartedAt >= before.FinishedAt && next.StartedAt > next.DueAt + TimeSpan.FromSeconds(5));
        await UntilAsync("skips", runs => runs is [.., { State: "skipped" }, { State: "succeeded" }]);

        var all = await RunsAsync(null);
        Assert.Equal(all.Count, all.Select(run => (run.Name, run.DueAt)).Distinct().Count());
        Assert.All(all, run => Assert.Equal(0, run.DueAt!.Value.Second));
        Assert.Contains("short ran", (await Cli.RunAsync("logs", "--app", App, "-n", "500")).MustSucceed().Output, StringComparison.Ordinal);

        (await Cli.RunAsync("destroy", "--app", App, "--confirm", App)).MustSucceed();
        await Leftovers.NoneOfAsync(platform, App);
    }

    [Fact]
    public async Task An_entry_that_cannot_be_is_refused_before_anything_is_built()
    {
        using var folder = PlainSite.Create(App, "up");
        folder.Write("app.json", """{ "cron": [{"command": "true", "schedule": "61 * * * *", "overlap": "maybe"}, {"command": "true", "schedule": "@daily", "timezone": "Moon/Tycho"}] }""");
        var refused = (await Cli.In(folder.Path).RunAsync("deploy", "--app", App)).MustFail(5).Errors;
        Assert.All(["61 * * * *", "cron[0].overlap", "Moon/Tycho"], word => Assert.Contains(word, refused, StringComparison.Ordinal));
        await Cli.RunAsync("destroy", "--app", App, "--confirm", App);
    }

    private async Task UntilAsync(string name, Func<IReadOnlyList<CronRun>, bool> wanted)
    {
        IReadOnlyList<CronRun> runs = [];
        await Eventually.TrueAsync(async () =>
        {
            // slipwayd may be on its way back.
            if (await Cli.RunAsync("cron", "runs", name, "--app", App, "--json") is not { ExitCode: 0 } listed) return false;
            return wanted(runs = JsonSerializer.Deserialize(listed.Output, ContractsJson.Default.IReadOnlyListCronRun)!);
        }, TimeSpan.FromSeconds(100), () => $"{name}: {string.Join(", ", runs)}");
    }

    /// <summary>The newest first.</summary>
    private async Task<IReadOnlyList<CronRun>> RunsAsync(string? name) =>
        JsonSerializer.Deserialize((await Cli.RunAsync(["cron", "runs", .. name is null ? [] : new[] { name }, "--app", App, "--json"])).MustSucceed().Output, ContractsJson.Default.IReadOnlyListCronRun)!;
}
