using Slipway.Contracts.Traffic;
using Slipway.Control.Metrics;

namespace Slipway.Control.Tests.Metrics;

public sealed class HistogramTests
{
    [Fact]
    public void A_percentile_is_off_by_no_more_than_a_bucket_is_wide()
    {
        var random = new Random(4711);
        // As latencies are: most short, some very long.
        var took = Enumerable.Range(0, 20_000).Select(_ => (long)(200 + (Math.Exp(random.NextDouble() * 9) * 100))).Order().ToArray();
        var histogram = Of(took);
        foreach (var part in (double[])[0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 1])
        {
            var exact = took[(int)Math.Ceiling(part * took.Length) - 1] / 1000.0;
            Assert.InRange(histogram.Percentile(part)!.Value / exact, 0.87, 1.15);
        }
    }

    [Fact]
    public void Two_halves_are_the_whole()
    {
        long[] took = [.. Enumerable.Range(1, 5000).Select(n => (long)n * 37)];
        var whole = Of(took);
        var halves = Of([.. took.Where((_, i) => i % 2 == 0)]);
        halves.Add(Of([.. took.Where((_, i) => i % 2 == 1)]));
        Assert.Equal(Enumerable.Range(0, LatencyBuckets.Count).Select(i => whole[i]), Enumerable.Range(0, LatencyBuckets.Count).Select(i => halves[i]));
        Assert.Equal(whole.Percentile(0.95), halves.Percentile(0.95));
    }

    [Fact]
    public void One_request_none_and_one_without_end()
    {
        Assert.Null(new Histogram().Percentile(0.5));
        Assert.Equal(0.1, Of([3]).Percentile(0.99));
        Assert.Equal(100_000, Of([long.MaxValue]).Percentile(0.5));
        Assert.InRange(Of([5000]).Percentile(0.5)!.Value, 4.5, 5.0);
    }

    [Fact]
    public void The_ends_that_Prometheus_is_told_are_ends_of_buckets()
    {
        var histogram = Of([900, 1000, 1001, 2_500_000, 2_500_001]);
        Assert.Equal((2, 4, 5), (histogram.Within(1000), histogram.Within(2_500_000), histogram.Within(100_000_000)));
        foreach (var end in (long[])[1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000, 100_000_000])
            Assert.Contains(end, LatencyBuckets.Bounds);
    }

    private static Histogram Of(long[] took)
    {
        var histogram = new Histogram();
        foreach (var microseconds in took) histogram.Add(LatencyBuckets.IndexOf(microseconds), 1);
        return histogram;
    }
}
