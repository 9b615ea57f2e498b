using System.Collections.Concurrent;
using System.Threading.Channels;
using Slipway.Contracts.Api;

namespace Slipway.Control.Errors;

/// <summary>An occurrence on its way into the store.</summary>
internal sealed record Report(long AppId, ErrorOccurrence Occurrence, string Fingerprint);

/// <summary>
/// Between those who hear of errors and the one who writes them down: bounded, so that however many come, what there is no room
/// for is counted and forgotten.
/// </summary>
internal sealed class ErrorQueue
{
    public const int Capacity = 500;

    private readonly Channel<Report> _reports = Channel.CreateBounded<Report>(new BoundedChannelOptions(Capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
    private readonly ConcurrentDictionary<long, long> _refused = new();

    /// <summary>What waits.</summary>
    public int Count => _reports.Reader.Count;

    /// <returns>False when there is no room; it is counted as refused then.</returns>
    public bool TryAdd(Report report)
    {
        if (_reports.Writer.TryWrite(report)) return true;
        Refuse(report.AppId);
        return false;
    }

    /// <summary>Counts what was not looked at.</summary>
    public void Refuse(long app, long count = 1) => _refused.AddOrUpdate(app, count, (_, known) => known + count);

    public ValueTask<bool> WaitAsync(CancellationToken cancel) => _reports.Reader.WaitToReadAsync(cancel);

    /// <summary>What waits, in the order in which it came.</summary>
    public IReadOnlyList<Report> Take(int most)
    {
        var taken = new List<Report>();
        while (taken.Count < most && _reports.Reader.TryRead(out var report)) taken.Add(report);
        return taken;
    }

    /// <summary>What was refused since this was last asked.</summary>
    public IReadOnlyDictionary<long, long> TakeRefused()
    {
        var taken = new Dictionary<long, long>();
        foreach (var app in _refused.Keys)
            if (_refused.TryRemove(app, out var count)) taken[app] = count;
        return taken;
    }
}
