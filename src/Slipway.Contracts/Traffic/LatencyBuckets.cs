namespace Slipway.Contracts.Traffic;

/// <summary>
/// The buckets in which the edge counts how long requests took: the same for every app and for good, so that counts of any two
/// minutes, workers and apps add up exactly. Each is at most a seventh wider than the one before, so a percentile read from
/// them is off by no more than that.
/// </summary>
public static class LatencyBuckets
{
    /// <summary>Upper ends, the value itself included, in microseconds: 0.1 ms to 100 s. What took longer is in one bucket more.</summary>
    public static IReadOnlyList<long> Bounds => Ends;

    /// <summary>Of buckets, the one without an end among them.</summary>
    public static int Count => Ends.Length + 1;

    private static readonly long[] Ends = Make();

    public static int IndexOf(long microseconds)
    {
        var found = Ends.AsSpan().BinarySearch(microseconds);
        return found < 0 ? ~found : found;
    }

    private static long[] Make()
    {
        long[] decade = [10, 11, 12, 13, 14, 16, 18, 20, 22, 25, 28, 32, 36, 40, 45, 50, 56, 64, 72, 80, 90];
        long[] tens = [10, 100, 1_000, 10_000, 100_000, 1_000_000];
        return [.. tens.SelectMany(ten => decade.Select(end => ten * end)), 100_000_000];
    }
}
