using System.Collections.Concurrent;
using System.Diagnostics;
using Slipway.Contracts.Names;
using Slipway.Contracts.Routing;

namespace Slipway.Edge.Forwarding;

/// <summary>Every backend that is in use, or was and may still be answering.</summary>
internal sealed class BackendRegistry
{
    /// <summary>A request may hold a backend of the revision before and not have begun on it: its client is kept this long.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<(string Instance, string Address), BackendState> _backends = new();

    public BackendState For(Backend backend) => _backends.GetOrAdd(
        (backend.Instance.Value, backend.Address),
        _ => New(backend.Instance.Value, backend.Name, backend.Address, BackendClient.AppPatience));

    /// <summary>slipwayd itself, which is waited for while it restarts.</summary>
    public BackendState Control(string socket) => New("slipwayd", "slipwayd", "unix:" + socket, BackendClient.ControlPatience);

    /// <summary>Requests in flight of each, also of those that the current revision dropped; those that are dropped and idle are not listed.</summary>
    public IReadOnlyList<BackendLoad> Loads() =>
        [.. _backends.Values.Where(b => b.DroppedAt is null || b.InFlight > 0).Select(b => new BackendLoad(InstanceId.Parse(b.Instance), b.InFlight))];

    public void KeepOnly(IEnumerable<BackendState> used)
    {
        var kept = used.ToHashSet();
        foreach (var (key, backend) in _backends)
        {
            if (kept.Contains(backend)) backend.DroppedAt = null;
            else if (backend.DroppedAt is not { } at) backend.DroppedAt = Stopwatch.GetTimestamp();
            else if (backend.InFlight == 0 && Stopwatch.GetElapsedTime(at) > Linger && _backends.TryRemove(key, out _)) backend.Client.Dispose();
        }
    }

    private static BackendState New(string instance, string name, string address, TimeSpan patience)
    {
        var connects = new ConnectClock();
        return new BackendState(instance, name, address, BackendClient.Create(address, patience, connects), connects);
    }
}
