using Slipway.Contracts.Runner;
using Slipway.Contracts.Traffic;

namespace Slipway.Control.Metrics;

/// <summary>As it was when last looked at.</summary>
internal sealed record Gauge(long Instances, long MemoryBytes, long MemoryLimitBytes);

/// <summary>
/// The numbers as a whole: those on disk, and those of the minute that is not over. A minute is written when the next begins, with what
/// was last read, in one transaction; so a crash at any time loses no request, only what memory was in that minute.
/// </summary>
internal sealed class MetricsLedger(MetricsFile file, TimeProvider time)
{
    /// <summary>How often it is asked what there is.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(15);

    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Dictionary<Series, Measure> _minute = [];
    private Dictionary<Series, Gauge> _now = [];
    private Readings? _readings;
    private long _minuteAt;
    private long? _usageStamp, _trafficStamp;

    /// <summary>Ends when something was taken since the start: before that, all numbers are smaller than they were.</summary>
    public Task Begun => _begun.Task;

    /// <summary>Adds what was read now. When the minute before cannot be written this throws and takes nothing: what others count is taken later.</summary>
    /// <param name="usage">Null when the runner did not answer.</param>
    /// <param name="traffic">Null when the edge did not.</param>
    /// <param name="restarts">Process types of which an instance ended that should not have, once for each.</param>
    /// <param name="appOf">The id of an app by the name under which its instances are; null when there is no such app any more.</param>
    public void Take(IReadOnlyList<InstanceUsage>? usage, IReadOnlyList<WorkerTraffic>? traffic, IReadOnlyList<(string App, string Type)> restarts, Func<string, long?> appOf)
    {
        lock (_gate)
        {
            _readings ??= new Readings(file.Read() ?? LastRead.Nothing);
            var now = time.GetUtcNow();
            var minute = Tier.Floor(now.ToUnixTimeSeconds(), Tier.Minute);
            if (minute != _minuteAt) Flush();
            _minuteAt = minute;
            if (usage is not null)
            {
                _readings.Take(usage, now, Since(ref _usageStamp, _readings.Last.UsageAt, now), appOf, series => MeasureOf(_minute, series));
                _now = GaugesOf(usage, appOf);
            }

            if (traffic is not null) _readings.Take(traffic, now, Since(ref _trafficStamp, _readings.Last.TrafficAt, now), appOf, series => MeasureOf(_minute, series));
            foreach (var (name, type) in restarts)
                if (appOf(name) is { } app) MeasureOf(_minute, new Series(app, type)).Restarts++;
        }

        _begun.TrySetResult();
    }

    /// <summary>Writes what waits. When that fails, it waits on.</summary>
    public void Flush()
    {
        lock (_gate)
        {
            if (_minute.Count == 0) return;
            file.Write(_minuteAt, _minute, _readings!.Last);
            _minute = [];
        }
    }

    /// <summary>Points of an app in the order of time, the minute that is not over among them.</summary>
    public IReadOnlyList<(Series Series, long At, Measure Measure)> Points(long app, Tier tier, long from, long to)
    {
        lock (_gate)
        {
            var at = Tier.Floor(_minuteAt, tier.Step);
            var waiting = at < from || at >= to ? [] : _minute.Where(one => one.Key.App == app).Select(one => (one.Key, at, Copy(one.Value)));
            return [.. file.Points(app, tier, from, to), .. waiting];
        }
    }

    /// <summary>All that was ever measured, and how things are now.</summary>
    public (IReadOnlyDictionary<Series, Measure> Totals, IReadOnlyDictionary<Series, Gauge> Now) State()
    {
        lock (_gate)
        {
            var totals = file.Totals();
            foreach (var (series, measure) in _minute) MeasureOf(totals, series).Add(measure);
            return (totals, _now);
        }
    }

    /// <inheritdoc cref="MetricsFile.Prune"/>
    public void Prune(IReadOnlyCollection<long> apps)
    {
        lock (_gate) file.Prune(apps);
    }

    /// <summary>By the machine's own clock, which never jumps; across a restart only the other one tells, and not always the truth.</summary>
    private TimeSpan Since(ref long? stamp, DateTimeOffset? read, DateTimeOffset now)
    {
        var since = stamp is { } known ? time.GetElapsedTime(known) : now - (read ?? now - Every);
        stamp = time.GetTimestamp();
        return since <= TimeSpan.Zero || since > TimeSpan.FromDays(31) ? Every : since;
    }

    private static Dictionary<Series, Gauge> GaugesOf(IReadOnlyList<InstanceUsage> usage, Func<string, long?> appOf)
    {
        var gauges = new Dictionary<Series, Gauge>();
        foreach (var one in usage)
        {
            if (Readings.SeriesOf(one, appOf) is not { } series) continue;
            var sum = gauges.GetValueOrDefault(series, new Gauge(0, 0, 0));
            gauges[series] = new Gauge(sum.Instances + 1, sum.MemoryBytes + Math.Max(0, one.MemoryBytes), sum.MemoryLimitBytes + one.MemoryLimitBytes);
        }

        return gauges;
    }

    private static Measure MeasureOf(Dictionary<Series, Measure> measures, Series series) =>
        measures.TryGetValue(series, out var measure) ? measure : measures[series] = new Measure();

    private static Measure Copy(Measure measure)
    {
        var copy = new Measure();
        copy.Add(measure);
        return copy;
    }
}
