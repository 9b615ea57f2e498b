using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Routing;
using Slipway.Contracts.Runner;
using Slipway.Control.Instances;
using Slipway.Control.Routing;
using Slipway.Control.Store;

namespace Slipway.Control.Reconcile;

/// <summary>What one pass found, and what it decided.</summary>
/// <param name="UnderWay">Keys of actions that were being carried out then; their effect may not be in <paramref name="Actual"/>.</param>
internal sealed record Pass(Desired Desired, Actual Actual, Plan Plan, IReadOnlySet<string> UnderWay);

/// <summary>
/// Makes what runs the same as what the store says, again and again: looks, plans, begins what is to be done, and looks
/// again when something changed or a slow tick comes. Passes are serial; what they begin goes on beside them.
/// </summary>
internal sealed partial class Reconciler(
    DesiredReader reader, RunnerClient runner, EdgeRoutes edge, ActionRunner actions, Memory memory, InstanceOwners owners,
    IDbContextFactory<SlipwayStore> stores, TimeProvider time, ILogger<Reconciler> log) : BackgroundService
{
    /// <summary>Everything that matters wakes the loop; this is for what was missed.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan EdgeRetry = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Lock _gate = new();
    private TaskCompletionSource<Pass> _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Pass? _last;

    /// <summary>The newest pass; null before the first.</summary>
    public Pass? Last
    {
        get
        {
            lock (_gate) return _last;
        }
    }

    /// <summary>Each pass, as it ends; who hears of it must return at once.</summary>
    public event Action<Pass>? Passed;

    /// <summary>Why reconciling stands still; null when it does not.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Something changed: look now, not at the next tick.</summary>
    public void Wake() => _wake.Writer.TryWrite(true);

    /// <summary>The newest pass, when it is another than <paramref name="seen"/>; else the next.</summary>
    public async Task<Pass> NextAsync(Pass? seen, CancellationToken cancel)
    {
        Task<Pass> next;
        lock (_gate)
        {
            if (_last is { } last && last != seen) return last;
            next = _next.Task;
        }

        return await next.WaitAsync(cancel);
    }

    /// <summary>Looks now, and waits for a pass that satisfies the condition.</summary>
    public async Task<Pass> UntilAsync(Func<Pass, bool> condition, CancellationToken cancel)
    {
        Wake();
        while (true)
        {
            Task<Pass> next;
            Pass? last;
            lock (_gate) (next, last) = (_next.Task, _last);
            if (last is not null && condition(last)) return last;
            await next.WaitAsync(cancel);
        }
    }

    /// <summary>
    /// A candidate is only ever promoted by the rollout that set it, and no rollout outlives its process: what is found
    /// here was left by one that was cut off, so its app goes back to the release that served before.
    /// </summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await using (var store = await stores.CreateDbContextAsync(cancellationToken))
        {
            foreach (var app in await store.Apps.Where(app => app.CandidateReleaseId != null).ToListAsync(cancellationToken))
                (app.CandidateReleaseId, app.CandidatePhase) = (null, null);
            await store.SaveChangesAsync(cancellationToken);
        }

        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        owners.Released += Wake;
        var listening = ListenAsync(stoppingToken);
        var failures = 0;
        var failed = "";
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = Tick;
            try
            {
                pause = await PassAsync(stoppingToken);
                if (failures > 0) LogRecovered(failures);
                (failures, failed) = (0, "");
                Trouble = Last?.Actual.Served is null ? "The edge does not answer; it serves what it has." : null;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e)
            {
                // Said once for as long as it stays the same: a runner that is away for an hour is one line.
                if (failed != e.Message) LogPassFailed(e is SlipwayException ? null : e, e.Message);
                (failures, failed, Trouble) = (failures + 1, e.Message, e.Message);
                pause = TimeSpan.FromMilliseconds(Math.Min(LongestPause.TotalMilliseconds, 50 * Math.Pow(2, Math.Min(failures, 10))));
            }

            await WaitAsync(pause, stoppingToken);
        }

        owners.Released -= Wake;
        await Task.WhenAll(listening, actions.WhenIdleAsync());
    }

    private async Task<TimeSpan> PassAsync(CancellationToken cancel)
    {
        var underWay = actions.UnderWay;
        var owned = owners.Owned;
        var instances = await runner.CallAsync(RunnerVerb.List, ContractsJson.Default.IReadOnlyListInstanceStatus, cancel);
        var desired = await reader.ReadAsync(instances, cancel);
        var served = await edge.ReadAsync(cancel);
        var actual = memory.Learn(new Actual
        {
            Now = time.GetUtcNow(),
            Instances = instances,
            Served = served,
            LastRevision = await edge.LastRevisionAsync(cancel),
            Owned = owned,
        });
        if (served is not null && IsDraining(actual))
        {
            var loads = await edge.LoadsAsync(cancel);
            actual = loads is null ? actual with { Served = null } : actual with { InFlight = loads };
        }

        var plan = Planner.Plan(desired, actual);
        if (plan.Actions.OfType<PublishRoutes>().SingleOrDefault() is { } publish)
        {
            actual = actual with { Served = await edge.PublishAsync(publish.Revision, cancel) };
            Wake(); // what is no longer routed can go now
        }

        actions.EndProbes(instances.Where(i => i.State == InstanceState.Running).Select(i => i.Id).ToHashSet());
        var due = actions.Begin(plan.Actions.Where(action => action is not PublishRoutes), underWay, Wake, cancel);
        underWay = new HashSet<string>([.. underWay, .. actions.UnderWay]);
        Tell(new Pass(desired, actual, plan, underWay));

        var pause = actual.Served is null ? EdgeRetry : Tick;
        foreach (var at in new[] { plan.WakeAt, due })
            if (at - time.GetUtcNow() is { } left && left < pause) pause = left;
        return pause;
    }

    /// <summary>Some instance could serve and is not routed: the edge has to say whether it is still busy there.</summary>
    private static bool IsDraining(Actual actual)
    {
        var routed = actual.Served!.Routes.SelectMany(route => route.Backends).Select(backend => backend.Instance).ToHashSet();
        return actual.Instances.Any(i => i.Kind == InstanceKind.Process && i.State != InstanceState.Exited && i.Name.StartsWith("web.", StringComparison.Ordinal) && !routed.Contains(i.Id));
    }

    private void Tell(Pass pass)
    {
        TaskCompletionSource<Pass> next;
        lock (_gate) (next, _next, _last) = (_next, new(TaskCreationOptions.RunContinuationsAsynchronously), pass);
        next.SetResult(pass);
        Passed?.Invoke(pass);
    }

    private async Task WaitAsync(TimeSpan pause, CancellationToken cancel)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        if (pause > TimeSpan.Zero) waiting.CancelAfter(pause);
        else waiting.Cancel();
        try
        {
            await _wake.Reader.ReadAsync(waiting.Token);
        }
        catch (OperationCanceledException)
        {
            // Time to look anyway.
        }
    }

    /// <summary>Every change that the runner tells of wakes the loop. When the runner restarts, the stream is opened anew.</summary>
    private async Task ListenAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                await using var events = await runner.StreamAsync<object?>(RunnerVerb.Events, null, null, cancel);
                Wake();
                while (await events.ReadAsync(cancel) is not null) Wake();
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is SlipwayException or IOException or InvalidDataException)
            {
                LogNotListening(e.Message);
            }

            try
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), time, cancel);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Reconciling stands still: {Message}")]
    private partial void LogPassFailed(Exception? e, string message);

    [LoggerMessage(Level = LogLevel.Information, Message = "Reconciling goes on after {Failures} failed passes")]
    private partial void LogRecovered(int failures);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The runner's events are not heard: {Message}")]
    private partial void LogNotListening(string message);
}
