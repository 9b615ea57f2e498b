using System.Collections.Concurrent;
using Slipway.Contracts.Names;

namespace Slipway.Control.Instances;

/// <summary>
/// Which builds and one-offs somebody is waiting for. The planner leaves those alone; all others it stops and removes, so
/// whoever starts one takes a lease first and disposes it when done, and nothing is left however it ended: leases are not
/// stored, a slipwayd that was killed owns nothing when it starts anew.
/// </summary>
internal sealed class InstanceOwners
{
    private readonly ConcurrentDictionary<InstanceId, Lease> _leases = new();

    /// <summary>Told when a lease ends, so that the reconciler clears away at once.</summary>
    public event Action? Released;

    /// <summary>Take it before the instance is started.</summary>
    public IDisposable Own(InstanceId id) => _leases[id] = new Lease(this, id);

    public IReadOnlySet<InstanceId> Owned => _leases.Keys.ToHashSet();

    /// <summary>Ends the lease whoever holds it: the user wants the instance stopped.</summary>
    public void Release(InstanceId id)
    {
        if (_leases.TryRemove(id, out _)) Released?.Invoke();
    }

    private sealed class Lease(InstanceOwners owners, InstanceId id) : IDisposable
    {
        public void Dispose() => owners.Release(id);
    }
}
