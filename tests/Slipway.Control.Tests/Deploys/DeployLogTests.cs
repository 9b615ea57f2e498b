using Slipway.Contracts.Deploys;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Server;
using Slipway.Control.Deploys;

namespace Slipway.Control.Tests.Deploys;

/// <summary>A deploy's log is the same for whoever reads it, whenever.</summary>
public sealed class DeployLogTests : IDisposable
{
    private readonly TemporaryFolder _home = new();
    private readonly Guid _deploy = Guid.NewGuid();

    public void Dispose() => _home.Dispose();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private DeployLogs Logs() => new(new ServerConfig { Home = _home.Path }, null!, TimeProvider.System);

    private static async Task<List<DeployEvent>> ReadAsync(DeployLogs logs, Guid deploy)
    {
        var events = new List<DeployEvent>();
        await foreach (var happened in logs.FollowAsync(deploy, Cancel)) events.Add(happened);
        return events;
    }

    [Fact]
    public async Task Readers_from_the_start_the_middle_and_the_end_see_the_same()
    {
        var logs = Logs();
        var log = logs.Open(_deploy);
        var early = Task.Run(() => ReadAsync(logs, _deploy), Cancel);
        await log.StepStartedAsync("build", "Building");
        for (var i = 0; i < 2000; i++) await log.LineAsync($"line {i} {new string('x', i % 300)}");
        var middle = Task.Run(() => ReadAsync(logs, _deploy), Cancel);
        await log.StepFinishedAsync("done");
        await log.SucceededAsync(null, 3, "http://x/");
        log.Dispose();
        logs.Close(_deploy);

        var late = await ReadAsync(Logs(), _deploy);
        Assert.Equal(2003, late.Count);
        Assert.Equal(late, await early);
        Assert.Equal(late, await middle);
        Assert.All(late[1..2001], line => Assert.Equal("build", line.Step));
        Assert.Equal(DeployEventKind.Succeeded, late[^1].Kind);
    }

    [Fact]
    public async Task A_line_cut_short_by_a_crash_hides_nothing_before_or_after_it()
    {
        var logs = Logs();
        using (var log = logs.Open(_deploy)) await log.StepStartedAsync("build", "Building");
        await File.AppendAllTextAsync(Path.Combine(_home.Path, "control/deploys", $"{_deploy}.log"), "{\"at\":\"2026-", Cancel);

        var again = Logs();
        using (var log = again.Open(_deploy)) await log.FailedAsync(new SlipwayError("deploy_interrupted", "Interrupted."), null);
        again.Close(_deploy);
        Assert.Equal([DeployEventKind.StepStarted, DeployEventKind.Failed], (await ReadAsync(again, _deploy)).Select(happened => happened.Kind));
    }

    [Fact]
    public async Task Following_what_is_not_there_ends_at_once() => Assert.Empty(await ReadAsync(Logs(), Guid.NewGuid()));
}
