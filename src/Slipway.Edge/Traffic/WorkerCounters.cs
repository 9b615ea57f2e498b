using System.Collections.Concurrent;
using System.Diagnostics;
using Slipway.Contracts.Traffic;

namespace Slipway.Edge.Traffic;

/// <summary>What this worker has served, app by app.</summary>
internal sealed class WorkerCounters
{
    /// <summary>An app that is gone may have requests under way, and slipwayd may be away for a while: its numbers are kept this long.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, AppCounters> _apps = new(StringComparer.Ordinal);
    private int _series;

    public Guid Worker { get; } = Guid.NewGuid();

    public AppCounters For(string app) => _apps.GetOrAdd(app, name => new AppCounters(Interlocked.Increment(ref _series), name));

    public WorkerTraffic Read() => new(Worker, [.. _apps.Values.Select(app => app.Read())]);

    public void KeepOnly(IEnumerable<AppCounters> routed)
    {
        var kept = routed.ToHashSet();
        foreach (var (app, counters) in _apps)
        {
            if (kept.Contains(counters)) counters.DroppedAt = null;
            else if (counters.DroppedAt is not { } at) counters.DroppedAt = Stopwatch.GetTimestamp();
            else if (Stopwatch.GetElapsedTime(at) > Linger) _apps.TryRemove(app, out _);
        }
    }
}
