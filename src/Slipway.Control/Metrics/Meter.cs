using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Runner;
using Slipway.Control.Logs;
using Slipway.Control.Routing;
using Slipway.Control.Store;

namespace Slipway.Control.Metrics;

/// <summary>
/// Asks the runner what the instances use and the edge what it served, four times a minute. Either may be away: what it did not say
/// is a gap, and what it counted meanwhile comes with its next answer.
/// </summary>
internal sealed partial class Meter(
    MetricsLedger ledger, RunnerClient runner, EdgeClient edge, InstanceChronicle chronicle, IDbContextFactory<SlipwayStore> stores, TimeProvider time, ILogger<Meter> log) : BackgroundService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PruneEvery = TimeSpan.FromHours(1);

    private readonly ConcurrentQueue<(string App, string Type)> _restarts = new();
    private List<(string App, string Type)> _untold = [];
    private long? _pruned;
    private string _complaint = "";

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        chronicle.Changed += Hear;
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            using var timer = new PeriodicTimer(MetricsLedger.Every, time);
            do await TryAsync(() => SampleAsync(stoppingToken));
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            chronicle.Changed -= Hear;
            await TryAsync(() =>
            {
                ledger.Flush();
                return Task.CompletedTask;
            });
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
        var usage = await AskAsync(limit => runner.CallAsync(RunnerVerb.Usage, ContractsJson.Default.IReadOnlyListInstanceUsage, limit), cancel);
        var traffic = await AskAsync(edge.TrafficAsync, cancel);
        while (_restarts.TryDequeue(out var ended)) _untold.Add(ended);
        ledger.Take(usage, traffic, _untold, handle => apps.TryGetValue(handle, out var id) ? id : null);
        _untold = [];
        if (_pruned is { } at && time.GetElapsedTime(at) < PruneEvery) return;
        ledger.Prune(apps.Values);
        _pruned = time.GetTimestamp();
    }

    /// <returns>Null when it is away, or of another version.</returns>
    private async Task<T?> AskAsync<T>(Func<CancellationToken, Task<T>> ask, CancellationToken cancel) where T : class
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel, patience.Token);
        try
        {
            return await ask(limit.Token);
        }
        catch (Exception e) when (e is SlipwayException or HttpRequestException or JsonException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return null;
        }
    }

    private async Task TryAsync(Func<Task> work)
    {
        try
        {
            await work();
            _complaint = "";
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Whatever it is, nothing else of slipwayd is to end for it. Said once for as long as it stays the same: a full disk should not fill the log.
            if (_complaint != e.Message) LogFailed(e);
            _complaint = e.Message;
        }
    }

    [LoggerMessage(LogLevel.Error, "Metrics could not be written down; trying again")]
    private partial void LogFailed(Exception e);
}
