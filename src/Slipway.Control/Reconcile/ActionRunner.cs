using System.Collections.Concurrent;
using Slipway.Contracts;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Control.Instances;

namespace Slipway.Control.Reconcile;

/// <summary>
/// Carries out what concerns single instances, side by side and never the same twice at once. What fails is logged and
/// left alone for a while; the next plan asks for it again.
/// </summary>
internal sealed partial class ActionRunner(
    RunnerClient runner, Probe probe, Memory memory, TimeProvider time, ILogger<ActionRunner> log)
{
    /// <summary>Starts at once: more than the cores can use only delays all of them.</summary>
    private readonly SemaphoreSlim _starts = new(Math.Max(4, Environment.ProcessorCount * 2));
    private readonly ConcurrentDictionary<string, Task> _underWay = new();
    private readonly ConcurrentDictionary<string, Failure> _failures = new();
    private readonly ConcurrentDictionary<InstanceId, CancellationTokenSource> _probes = new();

    private sealed record Failure(int Count, DateTimeOffset RetryAt);

    /// <summary>Keys of the actions that are being carried out. Take it before asking the runner for its list: what ends in between is then in the list.</summary>
    public IReadOnlySet<string> UnderWay => _underWay.Keys.ToHashSet();

    /// <summary>Begins those actions that are not being carried out and did not fail just now.</summary>
    /// <param name="before"><see cref="UnderWay"/> as it was before the plan's facts were gathered.</param>
    /// <param name="done">Called after each action.</param>
    /// <returns>When the first of those that failed is due again.</returns>
    public DateTimeOffset? Begin(IEnumerable<PlanAction> actions, IReadOnlySet<string> before, Action done, CancellationToken cancel)
    {
        DateTimeOffset? due = null;
        var now = time.GetUtcNow();
        foreach (var (key, old) in _failures)
            if (now - old.RetryAt > TimeSpan.FromMinutes(10)) _failures.TryRemove(key, out _); // nobody asks for it any more
        foreach (var action in actions)
        {
            if (_failures.TryGetValue(action.Key, out var failure) && failure.RetryAt > now)
            {
                due = due < failure.RetryAt ? due : failure.RetryAt;
                continue;
            }

            if (before.Contains(action.Key) || _underWay.ContainsKey(action.Key)) continue;
            var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _underWay[action.Key] = RunAsync(action, gate.Task, done, cancel);
            gate.SetResult();
        }

        return due;
    }

    /// <summary>Ends the probes of instances that do not run any more.</summary>
    public void EndProbes(IReadOnlySet<InstanceId> running)
    {
        foreach (var (id, probing) in _probes)
            if (!running.Contains(id)) probing.Cancel();
    }

    public Task WhenIdleAsync() => Task.WhenAll(_underWay.Values);

    private async Task RunAsync(PlanAction action, Task registered, Action done, CancellationToken cancel)
    {
        await registered;
        try
        {
            await (action switch
            {
                StartInstance start => StartAsync(start, cancel),
                ProbeInstance ask => ProbeAsync(ask, cancel),
                StopInstance stop => StopAsync(stop, cancel),
                RemoveInstance remove => runner.SendAsync(
                    RunnerVerb.Remove, new InstanceRequest(remove.Id), ContractsJson.Default.InstanceRequest, cancel),
                _ => throw new InvalidOperationException($"{action.GetType().Name} is not for the runner."),
            });
            _failures.TryRemove(action.Key, out _);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            // Whatever it was, the loop must go on; the plan asks for the same again as long as it is needed.
            var count = _failures.GetValueOrDefault(action.Key)?.Count + 1 ?? 1;
            _failures[action.Key] = new Failure(count, time.GetUtcNow() + TimeSpan.FromSeconds(Math.Min(60, Math.Pow(2, Math.Min(count, 10) - 1))));
            if (e is SlipwayException { Error: var error }) LogRefused(action.Key, error.Id, error.Message, error.Why);
            else LogFailed(action.Key, e);
        }
        finally
        {
            _underWay.TryRemove(action.Key, out _);
            done();
        }
    }

    private async Task StartAsync(StartInstance start, CancellationToken cancel)
    {
        var spec = start.Spec with { Id = InstanceIds.New(start.Spec.App, start.Shape) };
        await _starts.WaitAsync(cancel);
        try
        {
            await runner.CallAsync(RunnerVerb.Start, spec, ContractsJson.Default.InstanceSpec, ContractsJson.Default.InstanceStatus, cancel);
            LogStarted(spec.App.Value, spec.Name, spec.Release, spec.Id.Value);
        }
        catch (SlipwayException e) when (e.Error.Id != "runner_unreachable")
        {
            memory.NotStarted(spec, e.Error, time.GetUtcNow());
            throw;
        }
        finally
        {
            _starts.Release();
        }
    }

    private async Task ProbeAsync(ProbeInstance ask, CancellationToken cancel)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        _probes[ask.Instance.Id] = ended;
        try
        {
            var result = await probe.RunAsync(ask.Instance, ask.Host, ask.Port, ask.Health, ended.Token);
            if (result.Backend is { } backend) memory.Healthy(backend);
            if (result.Error is { } error)
            {
                // Now, while it still runs: that it is unfit is what ends it.
                var seen = await Sighting.OfAsync(ask.Instance, runner, time.GetUtcNow(), ended.Token) with { Exchange = result.Exchange };
                memory.Unfit(ask.Instance, error, seen, time.GetUtcNow());
                LogUnfit(ask.Instance.App.Value, ask.Instance.Name, ask.Instance.Release, error.Message);
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // The instance ended first; its exit tells more.
        }
        finally
        {
            _probes.TryRemove(ask.Instance.Id, out _);
        }
    }

    private async Task StopAsync(StopInstance stop, CancellationToken cancel)
    {
        memory.Stopping(stop.Id);
        await runner.CallAsync(
            RunnerVerb.Stop, new StopRequest(stop.Id, stop.GraceSeconds), ContractsJson.Default.StopRequest, ContractsJson.Default.InstanceStatus, cancel);
        LogStopped(stop.Id.Value, stop.Name);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Started {App} {Name} of v{Release} as {Id}")]
    private partial void LogStarted(string app, string name, int release, string id);

    [LoggerMessage(Level = LogLevel.Information, Message = "Stopped {Name}, {Id}")]
    private partial void LogStopped(string id, string name);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{App} {Name} of v{Release} is not fit to serve: {Why}")]
    private partial void LogUnfit(string app, string name, int release, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Could not {Action}: {Id}: {Message} {Why}")]
    private partial void LogRefused(string action, string id, string message, string? why);

    [LoggerMessage(Level = LogLevel.Error, Message = "Could not {Action}")]
    private partial void LogFailed(string action, Exception e);
}
