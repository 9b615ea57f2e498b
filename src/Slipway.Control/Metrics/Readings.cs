using Slipway.Contracts.Runner;
using Slipway.Contracts.Traffic;

namespace Slipway.Control.Metrics;

/// <summary>
/// Makes of what the runner and the edge say what has happened since they were asked before, and adds it to what is measured. What is
/// new is the whole of it where its like was not there before; but of the very first answer, whose time is not known, only
/// the state counts.
/// </summary>
internal sealed class Readings(LastRead last)
{
    /// <summary>Workers that are remembered without being in the last answer.</summary>
    private const int MostAbsent = 16;

    public LastRead Last { get; private set; } = last;

    /// <param name="since">Time that it covers.</param>
    /// <param name="appOf">The id of an app by the name under which its instances are; null when there is no such app any more.</param>
    public void Take(IReadOnlyList<InstanceUsage> usage, DateTimeOffset now, TimeSpan since, Func<string, long?> appOf, Func<Series, Measure> measureOf)
    {
        var before = Last.Usage.ToDictionary(one => one.Id);
        var isFirst = Last.UsageAt is null;
        Last = Last with { UsageAt = now, Usage = usage };
        var types = from one in usage
                    let series = SeriesOf(one, appOf)
                    where series is not null
                    group one by series.Value;
        foreach (var type in types)
        {
            var measure = measureOf(type.Key);
            if (!isFirst) measure.UsageMilliseconds += (long)since.TotalMilliseconds;
            var memory = type.Sum(one => Math.Max(0, one.MemoryBytes)) >> 10;
            measure.Samples++;
            measure.Instances += type.Count();
            measure.MemoryKibibytes += memory;
            measure.MemoryPeakKibibytes = Math.Max(measure.MemoryPeakKibibytes, memory);
            measure.MemoryLimitKibibytes = Math.Max(measure.MemoryLimitKibibytes, type.Sum(one => one.MemoryLimitBytes) >> 10);
            if (isFirst) continue;
            foreach (var one in type)
            {
                var known = before.GetValueOrDefault(one.Id);
                measure.CpuMicroseconds += Math.Max(0, one.CpuNanoseconds - (known?.CpuNanoseconds ?? 0)) / 1000;
                measure.OomKills += Math.Max(0, one.OomKills - (known?.OomKills ?? 0));
            }
        }
    }

    /// <inheritdoc cref="Take(IReadOnlyList{InstanceUsage}, DateTimeOffset, TimeSpan, Func{string, long?}, Func{Series, Measure})"/>
    public void Take(IReadOnlyList<WorkerTraffic> traffic, DateTimeOffset now, TimeSpan since, Func<string, long?> appOf, Func<Series, Measure> measureOf)
    {
        var isFirst = Last.TrafficAt is null;
        var known = Last.Workers.ToDictionary(worker => worker.Worker);
        var seen = new HashSet<Series>();
        foreach (var worker in traffic)
        {
            var before = known.GetValueOrDefault(worker.Worker)?.Apps.ToDictionary(app => app.Series) ?? [];
            known[worker.Worker] = worker;
            foreach (var app in worker.Apps)
            {
                if (isFirst || appOf(app.App.Value) is not { } id) continue;
                var series = new Series(id, Series.Web);
                var measure = measureOf(series);
                if (seen.Add(series)) measure.TrafficMilliseconds += (long)since.TotalMilliseconds;
                AddNew(measure, app, before.GetValueOrDefault(app.Series));
            }
        }

        var answered = traffic.Select(worker => worker.Worker).ToHashSet();
        Last = Last with
        {
            TrafficAt = now,
            Workers = [.. answered.Select(worker => known[worker]), .. Last.Workers.Where(worker => !answered.Contains(worker.Worker)).Take(MostAbsent)],
        };
    }

    private static void AddNew(Measure measure, AppTraffic now, AppTraffic? before)
    {
        for (var i = 0; i < now.Answers.Count && i < measure.Answers.Length; i++) measure.Answers[i] += now.Answers[i] - (before?.Answers[i] ?? 0);
        measure.DurationMicroseconds += now.Microseconds - (before?.Microseconds ?? 0);
        foreach (var (bucket, count) in Pairs(now.Latencies)) (measure.Latencies ??= new Histogram()).Add(bucket, count);
        foreach (var (bucket, count) in Pairs(before?.Latencies ?? [])) (measure.Latencies ??= new Histogram()).Add(bucket, -count);
    }

    private static IEnumerable<(int Bucket, long Count)> Pairs(IReadOnlyList<long> latencies)
    {
        for (var i = 0; i + 1 < latencies.Count; i += 2) yield return ((int)latencies[i], latencies[i + 1]);
    }

    /// <returns>Null for what is no app's: add-ons, builds, and what is left of an app that is gone.</returns>
    public static Series? SeriesOf(InstanceUsage one, Func<string, long?> appOf) => (one.Kind, appOf(one.App.Value)) switch
    {
        (InstanceKind.Process, { } app) => new Series(app, one.Name[..one.Name.LastIndexOf('.')]),
        (InstanceKind.OneOff, { } app) => new Series(app, Series.OneOff),
        _ => null,
    };
}
