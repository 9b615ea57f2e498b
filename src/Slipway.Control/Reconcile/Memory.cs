using System.Collections.Immutable;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Routing;
using Slipway.Contracts.Runner;
using Slipway.Control.Instances;

namespace Slipway.Control.Reconcile;

/// <summary>
/// What slipwayd has seen of the instances and neither store nor runner keeps: who is healthy, who crashed, who drains.
/// All of it may be lost: after a restart the edge's routes tell who was healthy, the rest is learned again. Thread safe.
/// </summary>
internal sealed class Memory
{
    /// <summary>An instance that lived this long did not crash at its start: the next failure is counted from one again.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private ImmutableDictionary<InstanceId, Backend> _healthy = ImmutableDictionary<InstanceId, Backend>.Empty;
    private ImmutableHashSet<InstanceId> _unfit = [];
    private ImmutableHashSet<InstanceId> _replacing = [];
    private ImmutableHashSet<InstanceId> _stopped = [];
    private ImmutableHashSet<InstanceId> _counted = [];
    private ImmutableDictionary<InstanceId, DateTimeOffset> _unroutedSince = ImmutableDictionary<InstanceId, DateTimeOffset>.Empty;
    private ImmutableDictionary<Slot, Crash> _crashes = ImmutableDictionary<Slot, Crash>.Empty;

    public void Healthy(Backend backend)
    {
        lock (_gate) _healthy = _healthy.SetItem(backend.Instance, backend);
    }

    /// <summary>It will not become healthy; the planner stops it, and that counts as a crash.</summary>
    public void Unfit(InstanceStatus instance, SlipwayError why, Sighting? seen, DateTimeOffset now)
    {
        lock (_gate)
        {
            _unfit = _unfit.Add(instance.Id);
            Count(Slot.Of(instance), instance.Id, null, instance.LogFile, why, now, seen);
        }
    }

    /// <summary>It could not even be started.</summary>
    public void NotStarted(InstanceSpec spec, SlipwayError why, DateTimeOffset now)
    {
        lock (_gate) Count(Slot.Of(spec), spec.Id, null, "", why, now);
    }

    /// <summary>Its end will be our doing, not a crash.</summary>
    public void Stopping(InstanceId id)
    {
        lock (_gate) _stopped = _stopped.Add(id);
    }

    /// <summary>Replace these: the planner starts others in their place; what crashed there before is forgiven.</summary>
    public void Replace(IReadOnlyCollection<InstanceStatus> instances, IEnumerable<Slot> slots)
    {
        lock (_gate)
        {
            _replacing = _replacing.Union(instances.Select(instance => instance.Id));
            _crashes = _crashes.RemoveRange(slots);
        }
    }

    /// <summary>A new attempt with this release: forget how an earlier one failed.</summary>
    public void Forgive(AppName app, int release)
    {
        lock (_gate) _crashes = _crashes.RemoveRange(_crashes.Keys.Where(slot => slot.App == app && slot.Release == release));
    }

    /// <summary>The app is gone: one of the same name may come, and its releases count from one again.</summary>
    public void Forget(AppName app)
    {
        lock (_gate) _crashes = _crashes.RemoveRange(_crashes.Keys.Where(slot => slot.App == app));
    }

    /// <summary>Brings the memory up to date with what the runner and the edge say.</summary>
    public Actual Learn(Actual seen)
    {
        lock (_gate)
        {
            var listed = seen.Instances.Select(instance => instance.Id).ToHashSet();
            var running = seen.Instances.Where(i => i.State == InstanceState.Running).Select(i => i.Id).ToHashSet();
            var routed = seen.Served?.Routes.SelectMany(route => route.Backends).ToDictionary(backend => backend.Instance);

            _unfit = _unfit.Intersect(listed);
            _stopped = _stopped.Intersect(listed);
            _counted = _counted.Intersect(listed);
            _replacing = _replacing.Intersect(listed);
            _healthy = _healthy.RemoveRange(_healthy.Keys.Where(id => !running.Contains(id)));
            _unroutedSince = _unroutedSince.RemoveRange(_unroutedSince.Keys.Where(id => !running.Contains(id) || routed?.ContainsKey(id) == true));

            foreach (var (id, backend) in routed ?? [])
                if (running.Contains(id) && !_unfit.Contains(id)) _healthy = _healthy.SetItem(id, backend);
            if (routed is not null)
                foreach (var id in running.Where(id => !routed.ContainsKey(id) && !_unroutedSince.ContainsKey(id)))
                    _unroutedSince = _unroutedSince.Add(id, seen.Now);

            foreach (var instance in seen.Instances.Where(i => i.Kind is InstanceKind.Process or InstanceKind.Addon))
                LearnLife(instance, seen.Now);
            ForgetOldCrashes(seen);

            return seen with
            {
                // The runner says it, too, but not before it was asked to.
                Instances = [.. seen.Instances.Select(instance => _stopped.Contains(instance.Id) ? instance with { Ending = true } : instance)],
                Healthy = _healthy,
                Unfit = _unfit,
                Replacing = _replacing,
                UnroutedSince = _unroutedSince,
                Crashes = _crashes,
            };
        }
    }

    private void LearnLife(InstanceStatus instance, DateTimeOffset now)
    {
        if (instance.State == InstanceState.Running && now - instance.CreatedAt > Settled && !_unfit.Contains(instance.Id))
            _crashes = _crashes.Remove(Slot.Of(instance));
        if (instance.Exit is not { } exit || _counted.Contains(instance.Id)) return;
        _counted = _counted.Add(instance.Id);
        if (_stopped.Contains(instance.Id) || _unfit.Contains(instance.Id)) return;
        Count(Slot.Of(instance), instance.Id, exit, instance.LogFile, null, now);
    }

    private void ForgetOldCrashes(Actual seen)
    {
        // A slot that is still wanted is tried again within a minute; one that was not tried for long is of the past.
        var old = _crashes.Where(crash => seen.Now - crash.Value.At > TimeSpan.FromMinutes(15)).Select(crash => crash.Key).ToList();
        _crashes = _crashes.RemoveRange(old);
    }

    private void Count(Slot slot, InstanceId id, InstanceExit? exit, string logFile, SlipwayError? why, DateTimeOffset now, Sighting? seen = null) =>
        _crashes = _crashes.SetItem(slot, new Crash((_crashes.GetValueOrDefault(slot)?.Count ?? 0) + 1, now, id, exit, logFile, why) { Seen = seen });
}
