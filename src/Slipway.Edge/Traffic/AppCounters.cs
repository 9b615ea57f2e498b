using Microsoft.AspNetCore.Http;
using Slipway.Contracts.Names;
using Slipway.Contracts.Traffic;

namespace Slipway.Edge.Traffic;

/// <summary>Counts one app's requests. A request adds to a few numbers and allocates nothing.</summary>
internal sealed class AppCounters(int series, string app)
{
    private readonly long[] _answers = new long[6];
    private readonly long[] _latencies = new long[LatencyBuckets.Count];
    private long _microseconds;

    /// <summary>When a revision without the app became current; null while it is routed.</summary>
    public long? DroppedAt { get; set; }

    public void Count(int status, TimeSpan took)
    {
        var kind = status / 100;
        Interlocked.Increment(ref _answers[kind is >= 1 and <= 5 ? kind : 0]);
        // A websocket lasts as long as somebody looks at the page.
        if (status == StatusCodes.Status101SwitchingProtocols) return;
        var microseconds = (long)took.TotalMicroseconds;
        Interlocked.Increment(ref _latencies[LatencyBuckets.IndexOf(microseconds)]);
        Interlocked.Add(ref _microseconds, microseconds);
    }

    public AppTraffic Read()
    {
        var latencies = new List<long>();
        for (var i = 0; i < _latencies.Length; i++)
            if (Interlocked.Read(ref _latencies[i]) is > 0 and var count) latencies.AddRange([i, count]);
        return new AppTraffic(series, AppName.Parse(app), [.. _answers], Interlocked.Read(ref _microseconds), latencies);
    }
}
