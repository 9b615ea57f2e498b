using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Runner;
using Slipway.Control.Cron;
using Slipway.Control.Images;
using Slipway.Control.Store;
using Slipway.Control.Tests.Reconcile;

namespace Slipway.Control.Tests.Cron;

/// <summary>Runs that are asked for come to an end that is recorded, whatever slipwayd goes through meanwhile.</summary>
public sealed class CronStories : IAsyncLifetime
{
    private LocalServer _server = null!;
    private AppRow _app = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await LocalServer.StartAsync();
        _app = await _server.AddAppAsync("clock");
        var facts = new ImageFacts
        {
            Cron =
            [
                new CronEntry { Name = "good", Command = "quit 0", Schedule = "@yearly" },
                new CronEntry { Name = "bad", Command = "quit 3", Schedule = "@yearly" },
                new CronEntry { Name = "long", Command = "sleep", Schedule = "@yearly" },
                new CronEntry { Name = "endless", Command = "sleep", Schedule = "@yearly", TimeLimitSeconds = 1 },
                new CronEntry { Name = "refused", Command = "refuse", Schedule = "@yearly" },
            ],
        };
        await _server.RolloutAsync(_app, await _server.AddReleaseAsync(_app, facts, ("web", "serve 200")));
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("good", "succeeded", 0, null)]
    [InlineData("bad", "failed", 3, null)]
    [InlineData("refused", "failed", null, "A layer is not there.")]
    [InlineData("endless", "failed", 0, "it took longer than 1 s")]
    public async Task Its_end_is_recorded(string name, string state, int? code, string? note)
    {
        await AskAsync(name);
        var run = await UntilAsync(name, run => CronRunState.IsFinished(run.State));
        Assert.Equal((state, code), (run.State, run.ExitCode));
        if (note is not null) Assert.Contains(note, run.Note);
        Assert.NotNull(run.FinishedAt);
        await _server.SettledAsync();
        Assert.DoesNotContain(_server.Runner.Instances, one => one.Kind == InstanceKind.OneOff);
    }

    [Fact]
    public async Task What_ended_while_slipwayd_was_away_is_recorded_as_it_ended()
    {
        await AskAsync("long");
        var run = await UntilAsync("long", run => run.StartedAt is not null);
        await _server.StopControlAsync();
        await _server.Runner.CrashAsync(Contracts.Names.InstanceId.Parse(run.InstanceId!), 9);
        await _server.StartControlAsync();
        Assert.Equal(("failed", 9), await EndOfAsync("long"));
    }

    [Fact]
    public async Task What_was_recorded_and_not_started_is_started_once()
    {
        await _server.StopControlAsync();
        _server.Runner.Close();
        await _server.StartControlAsync();
        await AskAsync("good");
        await UntilAsync("good", run => run.State == CronRunState.Running);
        _server.Runner.Open();
        Assert.Equal(("succeeded", 0), await EndOfAsync("good"));
        Assert.Single(_server.Runner.History, line => line.StartsWith("start cron.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_second_one_waits_for_the_first()
    {
        await AskAsync("long");
        var first = await UntilAsync("long", run => run.StartedAt is not null);
        await AskAsync("long");
        await Task.Delay(1500, Cancel);
        Assert.Equal(CronRunState.Waiting, (await LastAsync("long")).State);
        await _server.Runner.CrashAsync(Contracts.Names.InstanceId.Parse(first.InstanceId!), 0);
        await UntilAsync("long", run => run.Id != first.Id && run.State == CronRunState.Running);
    }

    private async Task AskAsync(string name)
    {
        await using var store = await _server.StoreAsync();
        var app = await store.Apps.AsNoTracking().SingleAsync(row => row.Id == _app.Id, Cancel);
        await _server.Cron.AskAsync(app, name, "ada", Cancel);
        _server.CronScheduler.Wake();
    }

    private async Task<(string, int?)> EndOfAsync(string name)
    {
        var run = await UntilAsync(name, run => CronRunState.IsFinished(run.State));
        return (run.State, run.ExitCode);
    }

    private async Task<CronRunRow> UntilAsync(string name, Func<CronRunRow, bool> condition)
    {
        for (var tries = 0; ; tries++)
        {
            var run = await LastAsync(name);
            if (condition(run)) return run;
            Assert.True(tries < 300, $"{name} is {run.State}: {run.Note}");
            await Task.Delay(50, Cancel);
        }
    }

    private async Task<CronRunRow> LastAsync(string name)
    {
        await using var store = await _server.StoreAsync();
        return await store.CronRuns.AsNoTracking().Where(run => run.Name == name).OrderByDescending(run => run.Id).FirstAsync(Cancel);
    }
}
