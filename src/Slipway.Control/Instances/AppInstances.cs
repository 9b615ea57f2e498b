using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Control.Reconcile;
using Slipway.Control.Store;

namespace Slipway.Control.Instances;

/// <param name="State">Heroku's word for it: <c>starting</c>, <c>up</c>, <c>crashed</c>, <c>down</c>.</param>
/// <param name="Why">Why it crashed.</param>
internal sealed record AppInstance(InstanceStatus Status, string State, string ProcessType, string Command, string Size, string? Why = null);

/// <summary>The instances of one app: what <c>ps</c> shows and what may be done to them.</summary>
internal sealed class AppInstances(
    IDbContextFactory<SlipwayStore> stores, Reconciler reconciler, Memory memory, InstanceOwners owners, OneOffs oneOffs, RunnerClient runner)
{
    /// <summary>Boot timeout, and something for the way.</summary>
    private static readonly TimeSpan RestartLimit = TimeSpan.FromSeconds(90);

    /// <summary>Those of the serving release by process type and number, then what else runs: of other releases, and one-offs.</summary>
    public async Task<IReadOnlyList<AppInstance>> ListAsync(long appId, CancellationToken cancel)
    {
        var name = await NameAsync(appId, cancel);
        var pass = reconciler.Last ?? await reconciler.UntilAsync(_ => true, cancel);
        var app = pass.Desired.App(name);
        var shown = new List<AppInstance>();
        foreach (var process in app?.Current?.Processes ?? [])
            foreach (var spec in process.Instances)
                shown.AddRange(InSlot(pass, process, spec));

        var known = shown.Select(one => one.Status.Id).ToHashSet();
        shown.AddRange(pass.Actual.Instances
            .Where(i => i.App == name && i.Kind is InstanceKind.Process or InstanceKind.OneOff && i.State != InstanceState.Exited && !known.Contains(i.Id))
            .OrderBy(i => i.CreatedAt)
            .Select(i => new AppInstance(
                i, StateOf(pass, i), TypeOf(i.Name), oneOffs.CommandOf(i.Id) ?? CommandOf(app?.Candidate, i) ?? "", InstanceSize.Default.Name)));
        return shown;
    }

    /// <summary>What an instance uses now, in bytes; null when it does not run.</summary>
    public async Task<long?> MemoryAsync(AppInstance instance, CancellationToken cancel)
    {
        if (instance.Status.State != InstanceState.Running) return null;
        try
        {
            var stats = await runner.CallAsync(
                RunnerVerb.Stats, new InstanceRequest(instance.Status.Id), ContractsJson.Default.InstanceRequest, ContractsJson.Default.InstanceStats, cancel);
            return stats.MemoryBytes;
        }
        catch (SlipwayException)
        {
            return null; // it ended meanwhile, or the runner is away: the list is worth showing all the same
        }
    }

    /// <summary>Starts new ones in their place; no request fails. Done when they serve.</summary>
    /// <param name="name"><c>web.1</c> or <c>web</c>; null for all.</param>
    /// <exception cref="SlipwayException">404 <c>no_such_instance</c>; why a new one failed (the old one then serves on, if it can).</exception>
    public async Task RestartAsync(long appId, string? name, CancellationToken cancel)
    {
        var app = await NameAsync(appId, cancel);
        var pass = reconciler.Last ?? await reconciler.UntilAsync(_ => true, cancel);
        var specs = (pass.Desired.App(app)?.Current?.Processes ?? [])
            .SelectMany(process => process.Instances)
            .Where(spec => name is null || spec.Name == name || TypeOf(spec.Name) == name)
            .ToList();
        if (specs.Count == 0 && name is not null) throw NoSuchInstance(app, name);

        var slots = specs.Select(Slot.Of).ToHashSet();
        var old = pass.Actual.Instances.Where(i => i.Kind == InstanceKind.Process && slots.Contains(Slot.Of(i))).ToList();
        memory.Replace(old, slots);
        var replaced = old.Select(i => i.Id).ToHashSet();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(RestartLimit);
        try
        {
            await reconciler.UntilAsync(now =>
            {
                foreach (var spec in specs)
                    if (now.Actual.Crashes.TryGetValue(Slot.Of(spec), out var crash) && !replaced.Contains(crash.Instance)) throw CrashWords.Of(crash, spec);
                return now.Actual.Instances.All(i => i.State == InstanceState.Exited || !replaced.Contains(i.Id))
                    && specs.All(spec => Slots.Alive(now.Actual, Slot.Of(spec)).Any(i => IsUp(now, i)));
            }, limit.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw Slow(app);
        }
    }

    /// <summary>Ends a one-off (<c>run.4821</c>), or has an instance replaced by a new one.</summary>
    public async Task StopAsync(long appId, string name, CancellationToken cancel)
    {
        var app = await NameAsync(appId, cancel);
        var listed = await runner.CallAsync(RunnerVerb.List, ContractsJson.Default.IReadOnlyListInstanceStatus, cancel);
        if (listed.FirstOrDefault(i => i.App == app && i.Name == name && i.Kind == InstanceKind.OneOff) is not { } oneOff)
        {
            await RestartAsync(appId, name, cancel);
            return;
        }

        await runner.CallAsync(
            RunnerVerb.Stop, new StopRequest(oneOff.Id, Planner.ProcessGraceSeconds), ContractsJson.Default.StopRequest, ContractsJson.Default.InstanceStatus, cancel);
        owners.Release(oneOff.Id);
        reconciler.Wake();
    }

    /// <summary>The app is being destroyed, as its row says: returns when no instance and no route of it is left.</summary>
    public async Task DestroyAsync(AppRow app, CancellationToken cancel)
    {
        var name = AppName.Parse(app.Handle);
        foreach (var one in (reconciler.Last?.Actual.Instances ?? []).Where(i => i.App == name)) owners.Release(one.Id);
        await reconciler.UntilAsync(pass =>
            pass.Desired.App(name) is null or { Destroyed: true }
            && pass.Actual.Instances.All(i => i.App != name)
            && !pass.UnderWay.Any(key => key.StartsWith($"start {name} ", StringComparison.Ordinal))
            && pass.Actual.Served?.Routes.All(route => route.App != name) == true, cancel);
        memory.Forget(name);
    }

    private static IEnumerable<AppInstance> InSlot(Pass pass, DesiredProcess process, InstanceSpec spec)
    {
        var size = InstanceSize.All.FirstOrDefault(size => size.Limits == spec.Limits)?.Name ?? InstanceSize.Default.Name;
        var command = string.Join(' ', spec.Command);
        var alive = Slots.Alive(pass.Actual, Slot.Of(spec)).ToList();
        foreach (var instance in alive)
            yield return new AppInstance(instance, StateOf(pass, instance), process.Type.Value, command, size);
        if (alive.Count > 0) yield break;

        var crash = pass.Actual.Crashes.GetValueOrDefault(Slot.Of(spec));
        var status = new InstanceStatus
        {
            Id = crash?.Instance ?? spec.Id,
            App = spec.App,
            Name = spec.Name,
            Kind = spec.Kind,
            Release = spec.Release,
            State = crash is null ? InstanceState.Starting : InstanceState.Exited,
            CreatedAt = crash?.At ?? pass.Actual.Now,
            LogFile = crash?.LogFile ?? "",
            Exit = crash?.Exit,
        };
        yield return new AppInstance(status, crash is null ? "starting" : "crashed", process.Type.Value, command, size,
            crash is null ? null : CrashWords.Of(crash, spec).Error.Message);
    }

    internal static string StateOf(Pass pass, InstanceStatus instance) =>
        instance.State == InstanceState.Exited ? "crashed" : IsEnding(pass, instance) ? "down" : IsUp(pass, instance) ? "up" : "starting";

    /// <summary>It finishes its last requests, or was told to end and may take its grace for that.</summary>
    private static bool IsEnding(Pass pass, InstanceStatus instance) =>
        pass.UnderWay.Contains($"stop {instance.Id}")
        || pass.Plan.Actions.Any(action => action is StopInstance stop && stop.Id == instance.Id)
        || (instance.Kind == InstanceKind.Process && pass.Desired.App(instance.App) is { } app
            && instance.Release != app.Current?.Version && instance.Release != app.Candidate?.Version);

    private static bool IsUp(Pass pass, InstanceStatus instance) =>
        instance.State == InstanceState.Running
        && (instance.Kind != InstanceKind.Process || TypeOf(instance.Name) != "web" || pass.Actual.Healthy.ContainsKey(instance.Id));

    private static string? CommandOf(DesiredRelease? release, InstanceStatus instance) =>
        release?.Processes.SelectMany(process => process.Instances).FirstOrDefault(spec => Slot.Of(spec) == Slot.Of(instance)) is { } spec
            ? string.Join(' ', spec.Command)
            : null;

    private static string TypeOf(string name) => name[..name.IndexOf('.')];

    private async Task<AppName> NameAsync(long appId, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        return AppName.Parse(await store.Apps.Where(app => app.Id == appId).Select(app => app.Handle).SingleAsync(cancel));
    }

    private static SlipwayException NoSuchInstance(AppName app, string name) =>
        new(404, new SlipwayError("no_such_instance", $"{app} has no instance or process type {TypedName.Quote(name)}.")
        {
            Next = $"slipway ps --app {app}",
        });

    private static SlipwayException Slow(AppName app) =>
        new(503, new SlipwayError("restart_slow", $"The new instances of {app} were not up within {RestartLimit.TotalSeconds:0} s.")
        {
            Why = "The old ones serve on until the new ones do.",
            Next = $"slipway logs --app {app}",
        });
}
