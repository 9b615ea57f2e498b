using System.Data.Common;
using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Runner;

namespace Slipway.Control.Cron;

/// <summary>
/// Looks at the clock: records what is due, starts what waits, follows what runs. Every step is in the store before it is
/// done, so that after a crash the next look goes on; nothing is run twice for one due time.
/// </summary>
internal sealed partial class CronScheduler(CronLedger ledger, CronRunner runs, RunnerClient runner, TimeProvider time, ILogger<CronScheduler> log) : BackgroundService
{
    /// <summary>New releases are noticed, and ends recorded, at least this often.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Follow = TimeSpan.FromSeconds(1);

    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Somebody asked for a run: look now.</summary>
    public void Wake() => _wake.Writer.TryWrite(true);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await runs.OwnAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = Tick;
            try
            {
                pause = await LookAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is SlipwayException or DbException or DbUpdateException or IOException)
            {
                LogFailed(e.Message); // the runner is away, or the disk is full: all of it is done at a later look
            }

            await WaitAsync(pause, stoppingToken);
        }
    }

    /// <returns>How long nothing will happen by itself.</returns>
    private async Task<TimeSpan> LookAsync(CancellationToken cancel)
    {
        var (stop, next) = await ledger.RecordDueAsync(cancel);
        foreach (var run in stop) await runs.StopAsync(run, "Ended by Slipway: the next one was due (\"overlap\": \"kill-old\").", cancel);
        var running = await ledger.RunningAsync(cancel);
        if (running.Count > 0)
            await runs.FollowAsync(await runner.CallAsync(RunnerVerb.List, ContractsJson.Default.IReadOnlyListInstanceStatus, cancel), cancel);
        foreach (var run in await ledger.ReadyAsync(cancel)) await runs.StartAsync(run, cancel);

        var pause = (await ledger.RunningAsync(cancel)).Count > 0 ? Follow : Tick;
        return next - time.GetUtcNow() is { } left && left < pause ? left > TimeSpan.Zero ? left : TimeSpan.Zero : pause;
    }

    private async Task WaitAsync(TimeSpan pause, CancellationToken cancel)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        waiting.CancelAfter(pause + TimeSpan.FromMilliseconds(20));
        try
        {
            await _wake.Reader.ReadAsync(waiting.Token);
        }
        catch (OperationCanceledException)
        {
            // Time to look anyway.
        }
    }

    [LoggerMessage(LogLevel.Warning, "Cron could not look: {Why}")]
    private partial void LogFailed(string why);
}
