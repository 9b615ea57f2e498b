using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Contracts.Server;
using Slipway.Contracts.Traffic;
using Slipway.Control.Metrics;

namespace Slipway.Control.Tests.Metrics;

/// <summary>The numbers over days, crashes, jumps of the clock and all that runner and edge may do, against the real file.</summary>
public sealed class MetricsLedgerTests : IDisposable
{
    private const long Shop = 1, Blog = 2;
    private static readonly DateTimeOffset Start = new(2026, 11, 2, 12, 0, 0, TimeSpan.Zero);

    private readonly TemporaryFolder _home = new();
    private readonly Clock _time = new() { Now = Start };
    private readonly MetricsFile _file;
    private readonly Guid _worker = Guid.NewGuid();
    private MetricsLedger _ledger;

    public MetricsLedgerTests()
    {
        var server = new ServerConfig { Home = _home.Path };
        Directory.CreateDirectory(server.ControlDirectory);
        _file = new MetricsFile(server, NullLogger<MetricsFile>.Instance);
        _ledger = new MetricsLedger(_file, _time);
    }

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        _home.Dispose();
    }

    [Fact]
    public void Minutes_add_up_to_what_was_asked_whatever_the_step()
    {
        for (var quarter = 0; quarter <= 4 * 90; quarter++) Take(requests: quarter * 10, errors: quarter, cpu: quarter * 3);
        foreach (var step in (int[])[60, 300, 600, 1800, 3600, 7200])
        {
            var web = Read(TimeSpan.FromHours(2), step).Processes.Single();
            Assert.Equal((3600L, 360L), (web.Summary.Traffic!.Requests, web.Summary.Traffic.ServerErrors));
            Assert.Equal(3600, web.Points.Sum(point => point.Traffic!.Requests));
            Assert.Equal(20.0, web.Summary.Usage!.CpuPercent); // 3 s of 15
            Assert.Equal(0.667, web.Summary.Traffic.PerSecond);
            Assert.Equal((100L << 20, 512L << 20, 1.0), (web.Summary.Usage.MemoryBytes, web.Summary.Usage.MemoryLimitBytes, web.Summary.Usage.Instances));
            Assert.InRange(web.Points[^1].Traffic!.P95!.Value, 36, 40);
        }
    }

    [Fact]
    public void What_was_served_before_the_first_look_ever_is_of_no_minute()
    {
        Take(requests: 5000, cpu: 90_000);
        Take(requests: 5001, cpu: 90_003);
        var web = Read(TimeSpan.FromHours(1)).Processes.Single();
        Assert.Equal((1L, 20.0), (web.Summary.Traffic!.Requests, web.Summary.Usage!.CpuPercent));
    }

    [Fact]
    public void A_crash_at_any_moment_loses_no_request_and_counts_none_twice()
    {
        var random = new Random(7);
        for (var quarter = 0; quarter <= 4 * 60; quarter++)
        {
            Take(requests: quarter * 10, errors: quarter, cpu: quarter);
            if (random.Next(10) == 0) _ledger = new MetricsLedger(_file, _time); // what was in memory is gone
        }

        var web = Read(TimeSpan.FromHours(2)).Processes.Single();
        Assert.Equal((2400L, 240L), (web.Summary.Traffic!.Requests, web.Summary.Traffic.ServerErrors));
        Assert.Equal(2400, _ledger.State().Totals[new Series(Shop, "web")].Requests);
        Assert.InRange(web.Summary.Traffic.PerSecond, 0.6, 0.75);
    }

    [Fact]
    public void A_time_without_slipwayd_is_a_gap_and_its_requests_come_at_their_true_rate()
    {
        Take(requests: 0);
        Take(requests: 15);
        _ledger.Flush();
        _time.Now += TimeSpan.FromMinutes(20);
        _ledger = new MetricsLedger(_file, _time);
        Take(requests: 15 + 1230);
        var points = Read(TimeSpan.FromHours(1), 60).Processes.Single().Points;
        Assert.Equal(2, points.Count);
        Assert.Equal(20, (points[1].At - points[0].At).TotalMinutes);
        Assert.InRange(points[1].Traffic!.PerSecond, 0.95, 1.05);
    }

    [Fact]
    public void Workers_of_the_edge_come_and_go_and_are_late()
    {
        var (old, young) = (Guid.NewGuid(), Guid.NewGuid());
        Take([]);
        Take([Worker(old, 10)]);
        Take([Worker(young, 5), Worker(old, 12)]); // finishes its last ones
        Take([Worker(young, 6)]); // did not answer in time
        Take([Worker(young, 7), Worker(old, 14), Worker(old, 15)]); // its own answer, and what it left
        for (var i = 0; i < 5; i++) Take([Worker(young, 7), Worker(old, 15)]);
        Take([Worker(young, 7) with { Apps = [AppOf("shop", 1, 7), AppOf("shop", 2, 3)] }]); // went away and came back
        Assert.Equal(10 + 5 + 2 + 1 + 1 + 3 + 3, _ledger.State().Totals[new Series(Shop, "web")].Requests);
    }

    [Fact]
    public void Instances_come_and_go_and_only_what_is_an_apps_counts()
    {
        TakeUsage(Usage("a", "shop", "web.1", 10));
        TakeUsage(Usage("a", "shop", "web.1", 11), Usage("b", "shop", "web.2", 2), Usage("c", "shop", "worker.1", 1), Usage("d", "shop", "run.4711", 3, InstanceKind.OneOff),
            Usage("e", "slipway-postgres", "postgresql.1", 50, InstanceKind.Addon), Usage("f", "shop", "build.1", 50, InstanceKind.Build), Usage("g", "gone", "web.1", 50));
        TakeUsage(Usage("b", "shop", "web.2", 4, oomKills: 2));
        var processes = Read(TimeSpan.FromHours(1)).Processes;
        Assert.Equal(["web", "run", "worker"], processes.Select(one => one.Type));
        var totals = _ledger.State().Totals;
        Assert.Equal((1 + 2 + 2) * 1_000_000L, totals[new Series(Shop, "web")].CpuMicroseconds);
        Assert.Equal(2, totals[new Series(Shop, "web")].OomKills);
        Assert.Equal(3_000_000, totals[new Series(Shop, "run")].CpuMicroseconds);
        Assert.Equal((200L << 20, null as object), (processes[0].Summary.Usage!.MemoryPeakBytes, processes[2].Summary.Traffic));
        Assert.Equal(1, _ledger.State().Now[new Series(Shop, "web")].Instances);
        Assert.DoesNotContain(new Series(Shop, "worker"), _ledger.State().Now.Keys);
    }

    [Fact]
    public void A_runner_or_an_edge_that_is_away_leaves_a_gap_of_its_own()
    {
        Take(requests: 0);
        for (var i = 1; i <= 8; i++) TakeNow(null, [Worker(_worker, i)]);
        for (var i = 0; i < 8; i++) TakeNow([Usage("a", "shop", "web.1", i)], null);
        TakeNow([Usage("a", "shop", "web.1", 9)], [Worker(_worker, 40)]);
        var web = Read(TimeSpan.FromHours(1), 60).Processes.Single();
        Assert.Equal(40, web.Summary.Traffic!.Requests);
        Assert.Contains(web.Points, point => point.Usage is null);
        Assert.Contains(web.Points, point => point.Traffic is null);
        Assert.InRange(web.Summary.Traffic.PerSecond, 40 / 270.0, 40 / 240.0);
    }

    [Fact]
    public void A_clock_that_goes_back_or_leaps_takes_nothing_away()
    {
        var requests = 0;
        void Hours(int count)
        {
            for (var quarter = 0; quarter < count * 240; quarter++) Take(requests: requests++);
        }

        Take(requests: requests++);
        Hours(3);
        _time.Now -= TimeSpan.FromHours(2);
        Hours(1);
        _time.Now += TimeSpan.FromDays(3650);
        Hours(1);
        _ledger.Prune([Shop]);
        _time.Now = Start + TimeSpan.FromHours(4);
        Hours(1);
        _ledger.Prune([Shop]);
        Assert.Equal((requests - 1, requests - 1 - 240), ((int)_ledger.State().Totals[new Series(Shop, "web")].Requests, (int)Read(TimeSpan.FromHours(10)).Processes.Single().Summary.Traffic!.Requests));
    }

    [Fact]
    public void As_much_is_kept_as_is_said_and_no_more()
    {
        // 40 days, of those long ago only as many minutes as it takes to have each point of an hour and of ten minutes.
        var (random, written) = (new Random(1), 0);
        for (var minute = 0; minute < 40 * 1440; minute += minute < 31 * 1440 ? 60 : minute < 37 * 1440 ? 10 : 1)
        {
            var at = Start.ToUnixTimeSeconds() + (minute * 60);
            written++;
            _file.Write(at, new Dictionary<Series, Measure> { [new(Shop, "web")] = Busy(random), [new(Blog, "worker")] = Busy(random, isWeb: false) }, LastRead.Nothing);
        }

        _file.Prune([Shop, Blog]);
        var end = Start.AddDays(40).ToUnixTimeSeconds();
        foreach (var tier in Tier.All)
        {
            var points = _file.Points(Shop, tier, 0, end + 1);
            Assert.Equal(Math.Min(tier.Points, written), points.Count);
            Assert.Equal(end - tier.Step, points[^1].At);
        }

        Assert.True(Tier.All[^1].Points * Tier.All[^1].Step >= 30 * 86_400);
        Assert.Equal(written, _file.Totals()[new Series(Shop, "web")].Samples / 4);
        _file.Prune([Blog]);
        Assert.Empty(_file.Points(Shop, Tier.All[0], 0, long.MaxValue));
        Assert.Equal([new Series(Blog, "worker")], _file.Totals().Keys);
    }

    [Fact]
    public void No_point_is_larger_than_its_buckets_make_it()
    {
        var worst = new Measure { TrafficMilliseconds = 1, Latencies = new Histogram() };
        for (var i = 0; i < LatencyBuckets.Count; i++) worst.Latencies.Add(i, 1L << 40);
        Assert.InRange(worst.ToBytes().Length, 500, 1000);
        Assert.InRange(Tier.All.Sum(tier => tier.Points), 4000, 5000);
    }

    [Fact]
    public void An_app_has_so_many_process_types_and_no_more()
    {
        for (var type = 0; type < 50; type++)
            _file.Write(Start.ToUnixTimeSeconds() + (type * 60), new Dictionary<Series, Measure> { [new(Shop, "web")] = new() { Samples = 1 }, [new(Shop, $"type-{type}")] = new() { Samples = 1 } }, LastRead.Nothing);
        _file.Prune([Shop]);
        var kept = _file.Totals().Keys.Select(series => series.Type).ToHashSet();
        Assert.Equal(MetricsFile.MostSeries, kept.Count);
        Assert.Contains("web", kept);
        Assert.Contains("type-49", kept);
        Assert.DoesNotContain("type-3", kept);
    }

    [Fact]
    public void A_file_that_is_none_is_set_aside_and_one_that_cannot_be_written_loses_no_request()
    {
        for (var i = 0; i < 10; i++) Take(requests: i);
        _ledger.Flush();
        File.WriteAllText(_file.Path, "this is no database, and it is longer than the header that one begins with, which is a hundred bytes long.....");
        File.Delete(_file.Path + "-wal");
        _ledger = new MetricsLedger(_file, _time);
        Take(requests: 10);
        Take(requests: 11);
        Assert.True(File.Exists(_file.Path + ".broken"));
        Assert.Equal(1, _ledger.State().Totals[new Series(Shop, "web")].Requests);

        _ledger.Flush();
        File.Move(_file.Path, _file.Path + ".away");
        Directory.CreateDirectory(_file.Path);
        for (var i = 12; i < 30; i++)
        {
            var now = i;
            Record.Exception(() => Take(requests: now));
        }

        Directory.Delete(_file.Path);
        File.Move(_file.Path + ".away", _file.Path);
        Take(requests: 30);
        Assert.Equal(20, _ledger.State().Totals[new Series(Shop, "web")].Requests);
    }

    [Fact]
    public void A_measure_is_the_same_after_it_was_written_and_a_quiet_one_is_small()
    {
        var busy = Busy(new Random(3));
        var read = Measure.Of(busy.ToBytes());
        Assert.Equal(busy.ToBytes(), read.ToBytes());
        Assert.Equal((busy.Requests, busy.Latencies!.Percentile(0.99), busy.MemoryKibibytes), (read.Requests, read.Latencies!.Percentile(0.99), read.MemoryKibibytes));
        Assert.InRange(new Measure { UsageMilliseconds = 60_000, Samples = 4, MemoryKibibytes = 400_000, MemoryPeakKibibytes = 100_000, MemoryLimitKibibytes = 524_288, Instances = 4, CpuMicroseconds = 9000 }.ToBytes().Length, 10, 24);
    }

    [Fact]
    public void What_cannot_be_asked_is_refused()
    {
        var reader = new MetricsReader(_ledger, _time);
        foreach (var (from, to, step) in ((DateTimeOffset?, DateTimeOffset?, int?)[])
                 [(Start, Start, null), (Start, Start.AddDays(-1), null), (Start.AddDays(-80), Start.AddDays(-70), null), (null, null, 59), (null, null, 90), (null, null, -60), (Start.AddDays(-1), null, int.MaxValue)])
            Assert.Equal("invalid_metrics_range", Assert.Throws<SlipwayException>(() => reader.Read(Shop, from, to, step)).Error.Id);
        Assert.Empty(reader.Read(Shop, null, null, null).Processes);
        Assert.Equal((60, 600, 3600, 14_400), (Step(1), Step(24), Step(7 * 24), Step(30 * 24)));
        Assert.Equal(600, reader.Read(Shop, Start.AddDays(-6), Start.AddDays(-5), 60).Step); // minutes are not kept so long
        Assert.Equal(3600, reader.Read(Shop, Start.AddDays(-20), Start.AddDays(-19), 300).Step);
        Assert.Throws<SlipwayException>(() => reader.Read(Shop, Start.AddHours(-47), Start.AddYears(100), 60) is { Processes.Count: 0 } ? throw new SlipwayException(422, new SlipwayError("x", "x")) : 0);

        int Step(int hours) => reader.Read(Shop, Start.AddHours(-hours), null, null).Step;
    }

    /// <summary>A quarter of a minute later, the edge and the runner have counted so much since they started.</summary>
    private void Take(int requests, int errors = 0, int cpu = 0) => TakeNow([Usage("a", "shop", "web.1", cpu)], [new WorkerTraffic(_worker, [AppOf("shop", 1, requests, errors)])]);

    private void Take(IReadOnlyList<WorkerTraffic> workers) => TakeNow(null, workers);

    private void TakeUsage(params InstanceUsage[] usage) => TakeNow(usage, null);

    private void TakeNow(IReadOnlyList<InstanceUsage>? usage, IReadOnlyList<WorkerTraffic>? traffic)
    {
        _time.Pass(MetricsLedger.Every);
        _ledger.Take(usage, traffic, [], handle => handle switch { "shop" => Shop, "blog" => Blog, _ => null });
    }

    private Contracts.Api.AppMetrics Read(TimeSpan back, int? step = null) => new MetricsReader(_ledger, _time).Read(Shop, _time.Now - back, _time.Now.AddMinutes(1), step);

    private static WorkerTraffic Worker(Guid worker, int requests) => new(worker, [AppOf("shop", 1, requests)]);

    private static AppTraffic AppOf(string app, int series, int requests, int errors = 0) =>
        new(series, AppName.Parse(app), [0, 0, requests - errors, 0, 0, errors], requests * 40_000L, requests == 0 ? [] : [LatencyBuckets.IndexOf(40_000), requests]);

    private static InstanceUsage Usage(string id, string app, string name, int cpuSeconds, InstanceKind kind = InstanceKind.Process, int oomKills = 0) =>
        new(InstanceId.Parse($"{app}-{id}-0000"), AppName.Parse(app), name, kind, Start, 100 << 20, 512 << 20, cpuSeconds * 1_000_000_000L, oomKills);

    private static Measure Busy(Random random, bool isWeb = true)
    {
        var measure = new Measure
        {
            UsageMilliseconds = 60_000, Samples = 4, Instances = 8, MemoryKibibytes = random.Next(400_000, 900_000), MemoryPeakKibibytes = random.Next(100_000, 250_000),
            MemoryLimitKibibytes = 524_288, CpuMicroseconds = random.Next(1_000_000, 30_000_000),
        };
        if (!isWeb) return measure;
        (measure.TrafficMilliseconds, measure.DurationMicroseconds, measure.Latencies) = (60_000, 40_000_000, new Histogram());
        for (var i = 0; i < 600; i++) measure.Latencies.Add(LatencyBuckets.IndexOf((long)(2000 + (Math.Exp(random.NextDouble() * 7) * 100))), 1);
        (measure.Answers[2], measure.Answers[4], measure.Answers[5]) = (560, 30, 10);
        return measure;
    }

    private sealed class Clock : TimeProvider
    {
        private long _stamp;

        public DateTimeOffset Now { get; set; }

        public void Pass(TimeSpan time)
        {
            Now += time;
            _stamp += time.Ticks;
        }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => Now;

        public override long GetTimestamp() => _stamp;
    }
}
