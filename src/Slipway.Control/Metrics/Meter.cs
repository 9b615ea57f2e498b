using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Runner;
using Slipway.Control.Logs;
using Slipway.Control.Routing;
using Slipway.Control.Store;

namespace Slipway.Control.Metrics;

/// <summary>
/// Asks the runner what the instances use and the edge what it served, four times a minute, and writes each minute down when it is
/// over. Either may be away: what it did not say is a gap, and what it counted meanwhile comes with its next answer.
/// </summary>
internal sealed partial class Meter(
    MetricsFile file, RunnerClient runner, EdgeClient edge, InstanceChronicle chronicle, IDbContextFactory<SlipwayStore> stores, TimeProvider time, ILogger<Meter> log) : BackgroundService
{
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan PruneEvery = TimeSpan.FromHours(1);

    /// <summary>Whoever writes or reads the numbers: what is on disk and what waits for it belong together.</summary>
    private readonly SemaphoreSlim _gate = new(1);

    private readonly ConcurrentQueue<(string App, string Type)> _restarts = new();
    private readonly TaskCompletionSource _sampled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Dictionary<Series, Measure> _minute = [];
    private Dictionary<Series, Gauge> _now = [];
    private Readings _readings = new(LastRead.Nothing);
    private long _minuteAt;
    private long? _usageStamp, _trafficStamp, _prunedStamp;
    private string _complaint = "";

    /// <summary>As it was when last looked at.</summary>
    public sealed record Gauge(long Instances, long MemoryBytes, long MemoryLimitBytes);

    /// <summary>All that was ever measured, and how things are now.</summary>
    public sealed record State(IReadOnlyDictionary<Series, Measure> Totals, IReadOnlyDictionary<Series, Gauge> Now);

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        chronicle.Changed += Hear;
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            using var timer = new PeriodicTimer(Every, time);
            await TryAsync(() => _readings = new Readings(file.Read() ?? LastRead.Nothing));
            do await TryAsync(() => SampleAsync(stoppingToken));
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            chronicle.Changed -= Hear;
            await TryAsync(Flush);
        }
    }

    /// <summary>Points of an app in the order of time, the minute that is not over among them.</summary>
    public async Task<IReadOnlyList<(Series Series, long At, Measure Measure)>> PointsAsync(long app, Tier tier, long from, long to, CancellationToken cancel)
    {
        await _gate.WaitAsync(cancel);
        try
        {
            var at = Tier.Floor(_minuteAt, tier.Step);
            var waiting = at < from || at >= to ? [] : _minute.Where(one => one.Key.App == app).Select(one => (one.Key, at, Copy(one.Value)));
            return [.. file.Points(app, tier, from, to), .. waiting];
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Waits for the first look after a start, for without it the numbers would be smaller than they were before.</summary>
    public async Task<State> StateAsync(CancellationToken cancel)
    {
        await _sampled.Task.WaitAsync(cancel);
        await _gate.WaitAsync(cancel);
        try
        {
            var totals = file.Totals();
            foreach (var (series, measure) in _minute) MeasureOf(totals, series).Add(measure);
            return new State(totals, _now);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>An instance that ended and should not have; what somebody asked to be restarted is no such thing.</summary>
    private void Hear(InstanceChange change)
    {
        if (change is { After: "crashed", Instance: { Kind: InstanceKind.Process } instance })
            _restarts.Enqueue((instance.App.Value, instance.Name[..instance.Name.LastIndexOf('.')]));
    }

    private async Task SampleAsync(CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var apps = await store.Apps.Where(row => row.DestroyedAt == null).Select(row => new { row.Handle, row.Id }).ToDictionaryAsync(row => row.Handle, row => row.Id, StringComparer.Ordinal, cancel);
        var usage = await AskAsync(() => runner.CallAsync(RunnerVerb.Usage, ContractsJson.Default.IReadOnlyListInstanceUsage, cancel));
        var traffic = await AskAsync(() => edge.TrafficAsync(cancel));
        long? AppOf(string handle) => apps.TryGetValue(handle, out var id) ? id : null;

        await _gate.WaitAsync(cancel);
        try
        {
            var now = time.GetUtcNow();
            var minute = Tier.Floor(now.ToUnixTimeSeconds(), Tier.Minute);
            if (minute != _minuteAt) Flush();
            _minuteAt = minute;
            if (usage is not null)
            {
                _readings.Take(usage, now, Since(ref _usageStamp, _readings.Last.UsageAt, now), AppOf, series => MeasureOf(_minute, series));
                _now = GaugesOf(usage, AppOf);
            }

            if (traffic is not null) _readings.Take(traffic, now, Since(ref _trafficStamp, _readings.Last.TrafficAt, now), AppOf, series => MeasureOf(_minute, series));
            while (_restarts.TryDequeue(out var ended))
                if (AppOf(ended.App) is { } app) MeasureOf(_minute, new Series(app, ended.Type)).Restarts++;
            if (_prunedStamp is not { } pruned || time.GetElapsedTime(pruned) > PruneEvery)
            {
                file.Prune(apps.Values);
                _prunedStamp = time.GetTimestamp();
            }

            _sampled.TrySetResult();
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>By the machine's own clock, which never jumps; across a restart only the other one tells, and not always the truth.</summary>
    private TimeSpan Since(ref long? stamp, DateTimeOffset? read, DateTimeOffset now)
    {
        var since = stamp is { } known ? time.GetElapsedTime(known) : now - (read ?? now - Every);
        stamp = time.GetTimestamp();
        return since <= TimeSpan.Zero || since > TimeSpan.FromDays(31) ? Every : since;
    }

    /// <summary>When it fails, nobody is asked until it succeeds: the numbers wait and take no more room, and what is counted elsewhere comes later.</summary>
    private void Flush()
    {
        if (_minute.Count == 0) return;
        file.Write(_minuteAt, _minute, _readings.Last);
        _minute = [];
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

    /// <returns>Null when it is away.</returns>
    private static async Task<T?> AskAsync<T>(Func<Task<T>> ask) where T : class
    {
        try
        {
            return await ask();
        }
        catch (Exception e) when (e is SlipwayException or HttpRequestException or JsonException) // or of another version
        {
            return null;
        }
    }

    private Task TryAsync(Action work) => TryAsync(() =>
    {
        work();
        return Task.CompletedTask;
    });

    private async Task TryAsync(Func<Task> work)
    {
        try
        {
            await work();
            _complaint = "";
        }
        catch (Exception e) when (e is SqliteException or IOException or DbUpdateException)
        {
            // Said once for as long as it stays the same: a full disk should not fill the log.
            if (_complaint != e.Message) LogFailed(e);
            _complaint = e.Message;
        }
    }

    [LoggerMessage(LogLevel.Error, "Metrics could not be written down; trying again")]
    private partial void LogFailed(Exception e);
}
