using Slipway.Contracts.Api;

namespace Slipway.Control.Metrics;

/// <summary>
/// What was measured of one process type of an app over some time, however long: two of them add up to that of both times.
/// What nobody measured is not in it, so a gap stays one.
/// </summary>
internal sealed class Measure
{
    private const int Classes = 6;

    /// <summary>Time over which CPU and memory are known.</summary>
    public long UsageMilliseconds { get; set; }

    /// <summary>How often memory was looked at.</summary>
    public long Samples { get; set; }

    /// <summary>Sums over the samples: of all instances together.</summary>
    public long MemoryKibibytes { get; set; }
    public long Instances { get; set; }
    public long MemoryPeakKibibytes { get; set; }
    public long MemoryLimitKibibytes { get; set; }
    public long CpuMicroseconds { get; set; }
    public long OomKills { get; set; }
    public long Restarts { get; set; }

    /// <summary>Time over which requests are known; 0 for a process type that gets none.</summary>
    public long TrafficMilliseconds { get; set; }

    /// <summary>By class of status: others, 1xx, 2xx, 3xx, 4xx, 5xx.</summary>
    public long[] Answers { get; } = new long[Classes];
    public long DurationMicroseconds { get; set; }
    public Histogram? Latencies { get; set; }

    public long Requests => Answers.Sum();

    public void Add(Measure other)
    {
        UsageMilliseconds += other.UsageMilliseconds;
        Samples += other.Samples;
        MemoryKibibytes += other.MemoryKibibytes;
        Instances += other.Instances;
        MemoryPeakKibibytes = Math.Max(MemoryPeakKibibytes, other.MemoryPeakKibibytes);
        MemoryLimitKibibytes = Math.Max(MemoryLimitKibibytes, other.MemoryLimitKibibytes);
        CpuMicroseconds += other.CpuMicroseconds;
        OomKills += other.OomKills;
        Restarts += other.Restarts;
        TrafficMilliseconds += other.TrafficMilliseconds;
        for (var i = 0; i < Classes; i++) Answers[i] += other.Answers[i];
        DurationMicroseconds += other.DurationMicroseconds;
        if (other.Latencies is not null) (Latencies ??= new Histogram()).Add(other.Latencies);
    }

    /// <summary>Variable-length numbers; of the buckets those that are not empty. A quiet minute is twenty bytes.</summary>
    public byte[] ToBytes()
    {
        using var memory = new MemoryStream();
        using var writer = new BinaryWriter(memory);
        foreach (var number in (ReadOnlySpan<long>)[UsageMilliseconds, Samples, MemoryKibibytes, Instances, MemoryPeakKibibytes, MemoryLimitKibibytes, CpuMicroseconds, OomKills, Restarts, TrafficMilliseconds])
            writer.Write7BitEncodedInt64(number);
        if (TrafficMilliseconds == 0 && Requests == 0) return memory.ToArray();
        foreach (var count in Answers) writer.Write7BitEncodedInt64(count);
        writer.Write7BitEncodedInt64(DurationMicroseconds);
        var last = 0;
        for (var i = 0; Latencies is not null && i < Contracts.Traffic.LatencyBuckets.Count; i++)
        {
            if (Latencies[i] == 0) continue;
            writer.Write7BitEncodedInt(i - last);
            writer.Write7BitEncodedInt64(Latencies[i]);
            last = i;
        }

        return memory.ToArray();
    }

    public static Measure Of(byte[] bytes)
    {
        using var memory = new MemoryStream(bytes, writable: false);
        using var reader = new BinaryReader(memory);
        var read = new Measure
        {
            UsageMilliseconds = reader.Read7BitEncodedInt64(), Samples = reader.Read7BitEncodedInt64(), MemoryKibibytes = reader.Read7BitEncodedInt64(),
            Instances = reader.Read7BitEncodedInt64(), MemoryPeakKibibytes = reader.Read7BitEncodedInt64(), MemoryLimitKibibytes = reader.Read7BitEncodedInt64(),
            CpuMicroseconds = reader.Read7BitEncodedInt64(), OomKills = reader.Read7BitEncodedInt64(), Restarts = reader.Read7BitEncodedInt64(),
            TrafficMilliseconds = reader.Read7BitEncodedInt64(),
        };
        if (memory.Position == memory.Length) return read;
        for (var i = 0; i < Classes; i++) read.Answers[i] = reader.Read7BitEncodedInt64();
        read.DurationMicroseconds = reader.Read7BitEncodedInt64();
        for (var bucket = 0; memory.Position < memory.Length;)
        {
            bucket += reader.Read7BitEncodedInt();
            (read.Latencies ??= new Histogram()).Add(bucket, reader.Read7BitEncodedInt64());
        }

        return read;
    }

    public MetricPoint ToPoint(DateTimeOffset at) => new(at, UsageOf(), TrafficOf(), Restarts, OomKills);

    private UsageMetrics? UsageOf() => Samples == 0 ? null : new UsageMetrics(
        UsageMilliseconds == 0 ? null : Math.Round(CpuMicroseconds / 10.0 / UsageMilliseconds, 2),
        MemoryKibibytes / Samples << 10, MemoryPeakKibibytes << 10, MemoryLimitKibibytes << 10, Math.Round((double)Instances / Samples, 2));

    private TrafficMetrics? TrafficOf() => TrafficMilliseconds == 0 ? null : new TrafficMetrics(
        Requests, Math.Round(Requests * 1000.0 / TrafficMilliseconds, 3), Answers[4], Answers[5],
        Latencies?.Percentile(0.50), Latencies?.Percentile(0.95), Latencies?.Percentile(0.99));
}
