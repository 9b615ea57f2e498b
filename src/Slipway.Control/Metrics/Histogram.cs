using Slipway.Contracts.Traffic;

namespace Slipway.Control.Metrics;

/// <summary>How many requests took how long, in the buckets of <see cref="LatencyBuckets"/>. Two add up exactly.</summary>
internal sealed class Histogram
{
    private readonly long[] _counts = new long[LatencyBuckets.Count];

    public long Count => _counts.Sum();

    public long this[int bucket] => _counts[bucket];

    public void Add(int bucket, long count) => _counts[bucket] += count;

    public void Add(Histogram other)
    {
        for (var i = 0; i < _counts.Length; i++) _counts[i] += other._counts[i];
    }

    /// <summary>How many took at most so long; exact where that is an end of a bucket.</summary>
    public long Within(long microseconds)
    {
        var sum = 0L;
        for (var i = 0; i < LatencyBuckets.Bounds.Count && LatencyBuckets.Bounds[i] <= microseconds; i++) sum += _counts[i];
        return sum;
    }

    /// <summary>
    /// What this part of the requests took at most, in milliseconds: as if those of a bucket were spread over it evenly. Null
    /// without requests; of those that took longer than the last bucket only that is known.
    /// </summary>
    public double? Percentile(double part)
    {
        var count = Count;
        if (count == 0) return null;
        var rank = Math.Max(1, part * count);
        var below = 0L;
        for (var i = 0; i < LatencyBuckets.Bounds.Count; i++)
        {
            if (below + _counts[i] >= rank)
            {
                var from = i == 0 ? 0 : LatencyBuckets.Bounds[i - 1];
                return Math.Round((from + ((LatencyBuckets.Bounds[i] - from) * (rank - below) / _counts[i])) / 1000, 3);
            }

            below += _counts[i];
        }

        return LatencyBuckets.Bounds[^1] / 1000.0;
    }
}
