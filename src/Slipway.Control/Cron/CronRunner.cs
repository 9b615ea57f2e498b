using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Control.Instances;
using Slipway.Control.Reconcile;
using Slipway.Control.Store;

namespace Slipway.Control.Cron;

/// <summary>Starts the runs that are recorded, sees how they end, and records that; a slipwayd that was killed goes on where it was.</summary>
internal sealed partial class CronRunner(
    IDbContextFactory<SlipwayStore> stores, CronLedger ledger, OneOffs oneOffs, InstanceOwners owners, RunnerClient runner, TimeProvider time, ILogger<CronRunner> log)
{
    private const string Prefix = "cron";

    private readonly ConcurrentDictionary<long, IDisposable> _leases = new();
    private readonly ConcurrentDictionary<long, bool> _stopping = new();

    public static string InstanceOf(CronRunRow run) => $"{Prefix}.{run.Id}";

    /// <summary>Before the reconciler looks for the first time: what it finds exited and unowned it removes, with how it ended.</summary>
    public async Task OwnAsync(CancellationToken cancel)
    {
        foreach (var run in await ledger.RunningAsync(cancel)) Own(run);
    }

    /// <summary>The instance's id is in the store before it is started: after a crash it is looked for under that name.</summary>
    public async Task StartAsync(CronRunRow run, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var app = await store.Apps.AsNoTracking().SingleOrDefaultAsync(row => row.Id == run.AppId && row.DestroyedAt == null, cancel);
        var release = app is null ? null : await store.Releases.AsNoTracking().SingleOrDefaultAsync(row => row.Id == app.CurrentReleaseId, cancel);
        if (app is null || release?.ImageId is null) return;
        var id = InstanceIds.New(AppName.Parse(app.Handle), InstanceIds.Detached);
        await ledger.UpdateAsync(run.Id, row => (row.State, row.InstanceId, row.Release) = (CronRunState.Running, id.Value, release.Version), cancel);
        (run.InstanceId, run.Release) = (id.Value, release.Version);
        await LaunchAsync(run, release.Id, cancel);
    }

    /// <summary>Looks at what runs: records what ended, ends what takes too long.</summary>
    public async Task FollowAsync(IReadOnlyList<InstanceStatus> instances, CancellationToken cancel)
    {
        foreach (var run in await ledger.RunningAsync(cancel))
        {
            var instance = instances.FirstOrDefault(one => one.Id.Value == run.InstanceId);
            if (instance is null) await MissingAsync(run, cancel);
            else if (instance.Exit is { } exit) await EndedAsync(run, exit, cancel);
            else
            {
                if (run.StartedAt is null) await ledger.UpdateAsync(run.Id, row => row.StartedAt ??= instance.CreatedAt, cancel);
                if (time.GetUtcNow() - instance.CreatedAt > TimeSpan.FromSeconds(run.TimeLimitSeconds))
                    await StopAsync(run, $"Ended by Slipway: it took longer than {run.TimeLimitSeconds:N0} s (\"timeout\").", cancel);
            }
        }
    }

    /// <param name="note">Why; for people.</param>
    public async Task StopAsync(CronRunRow run, string note, CancellationToken cancel)
    {
        if (run.InstanceId is not { } id || !_stopping.TryAdd(run.Id, true)) return;
        await ledger.UpdateAsync(run.Id, row => row.Note = row.Note is null ? note : $"{row.Note} {note}", cancel);
        _ = EndAsync(run.Id, InstanceId.Parse(id), cancel);
    }

    // It has its grace to end in; other runs do not wait for that.
    private async Task EndAsync(long runId, InstanceId id, CancellationToken cancel)
    {
        try
        {
            await runner.CallAsync(RunnerVerb.Stop, new StopRequest(id, Planner.ProcessGraceSeconds), ContractsJson.Default.StopRequest, ContractsJson.Default.InstanceStatus, cancel);
        }
        catch (Exception e) when (e is SlipwayException or OperationCanceledException)
        {
            _stopping.TryRemove(runId, out _); // the next look tries again
        }
    }

    private void Own(CronRunRow run)
    {
        if (run.InstanceId is { } id) _leases.GetOrAdd(run.Id, _ => owners.Own(InstanceId.Parse(id)));
    }

    private async Task LaunchAsync(CronRunRow run, long releaseId, CancellationToken cancel)
    {
        Own(run);
        try
        {
            var request = new OneOffRequest(run.AppId, releaseId, Prefix, [run.Command], new Dictionary<string, string>(), run.Size, null)
            {
                Number = run.Id, Id = InstanceId.Parse(run.InstanceId!),
            };
            var started = await oneOffs.StartDetachedAsync(request, cancel);
            await ledger.UpdateAsync(run.Id, row => row.StartedAt = started.CreatedAt, cancel);
        }
        catch (SlipwayException e) when (e.Status is not (503 or 409))
        {
            LogNotStarted(run.Name, e.Error.Message);
            await FinishAsync(run, row => (row.State, row.Note) = (CronRunState.Failed, $"It could not be started: {e.Error.Message} {e.Error.Why}".Trim()), cancel);
        }
        catch (SlipwayException e)
        {
            LogNotStarted(run.Name, e.Error.Message); // the runner is away: the next look finds it missing and tries again
        }
    }

    /// <summary>Not among the runner's: it was never started, unless it is known to have been.</summary>
    private async Task MissingAsync(CronRunRow run, CancellationToken cancel)
    {
        if (run.StartedAt is not null)
        {
            await FinishAsync(run, row => (row.State, row.Note) = (CronRunState.Unknown, "Nobody saw its end: the machine was restarted, or its instance was removed."), cancel);
            return;
        }

        await using var store = await stores.CreateDbContextAsync(cancel);
        var release = await store.Releases.AsNoTracking().SingleOrDefaultAsync(row => row.AppId == run.AppId && row.Version == run.Release, cancel);
        if (release is not null) await LaunchAsync(run, release.Id, cancel);
    }

    private Task EndedAsync(CronRunRow run, InstanceExit exit, CancellationToken cancel)
    {
        var (state, why) = exit switch
        {
            { OomKills: > 0 } => (CronRunState.Failed, "It ran out of memory."),
            { MonitorLost: true } => (CronRunState.Unknown, "Its monitor was killed, so its exit status is not known."),
            // Whoever ends well when asked to end has not done what it was started for.
            { Code: 0 } when !_stopping.ContainsKey(run.Id) => (CronRunState.Succeeded, null),
            _ => (CronRunState.Failed, (string?)null),
        };
        return FinishAsync(run, row =>
        {
            (row.State, row.FinishedAt) = (state, exit.At);
            if (!exit.MonitorLost) row.ExitCode = exit.Code;
            if (why is not null) row.Note = row.Note is null ? why : $"{row.Note} {why}";
        }, cancel);
    }

    private async Task FinishAsync(CronRunRow run, Action<CronRunRow> how, CancellationToken cancel)
    {
        await ledger.UpdateAsync(run.Id, row =>
        {
            how(row);
            row.FinishedAt ??= time.GetUtcNow();
        }, cancel);
        _stopping.TryRemove(run.Id, out _);
        if (_leases.TryRemove(run.Id, out var lease)) lease.Dispose();
    }

    [LoggerMessage(LogLevel.Warning, "The cron entry {Name} could not be started: {Why}")]
    private partial void LogNotStarted(string name, string why);
}
