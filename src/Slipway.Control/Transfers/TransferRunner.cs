using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Errors;
using Slipway.Control.Store;

namespace Slipway.Control.Transfers;

/// <summary>Does the transfers that are asked for, one after another: two at once would only take the disk from each other.</summary>
internal sealed partial class TransferRunner(
    IDbContextFactory<SlipwayStore> stores, TransferLedger ledger, TransferQueue queue, TransferWork work, TransferFiles files, TransferSchedules schedules,
    TimeProvider time, ILogger<TransferRunner> log) : BackgroundService
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(30);

    /// <summary>None outlives its process: what runs now was cut off.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await using (var store = await stores.CreateDbContextAsync(cancellationToken))
        {
            var kept = await store.Transfers.Where(row => row.Kind == TransferKind.Backup && row.State == TransferState.Succeeded || row.State == TransferState.Pending).Select(row => row.Uuid).ToListAsync(cancellationToken);
            files.KeepOnly(kept.ToHashSet());
            foreach (var row in await store.Transfers.Where(row => row.State == TransferState.Running).ToListAsync(cancellationToken))
            {
                (row.State, row.FinishedAt) = (TransferState.Failed, time.GetUtcNow());
                row.Log += TransferLog.Line(time.GetUtcNow(), "slipwayd was restarted in the middle of it; ask for it again.");
            }

            await store.SaveChangesAsync(cancellationToken);
        }

        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await schedules.AskAsync(stoppingToken);
                while (await NextAsync(stoppingToken) is { } transfer) await RunAsync(transfer, stoppingToken);
                await queue.WaitAsync(Tick, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LogFailed(e);
                await Task.Delay(Tick, time, stoppingToken);
            }
        }
    }

    private async Task<TransferRow?> NextAsync(CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        return await store.Transfers.AsNoTracking().Where(row => row.State == TransferState.Pending).OrderBy(row => row.Id).FirstOrDefaultAsync(cancel);
    }

    private async Task RunAsync(TransferRow transfer, CancellationToken stopping)
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var lines = new TransferLog(time);
        queue.Running[transfer.Uuid] = cancel;
        var state = TransferState.Failed;
        try
        {
            await ledger.UpdateAsync(transfer.Id, row => (row.State, row.StartedAt) = (TransferState.Running, time.GetUtcNow()));
            await work.RunAsync(transfer, lines, cancel.Token);
            state = TransferState.Succeeded;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            state = stopping.IsCancellationRequested ? TransferState.Failed : TransferState.Canceled;
            lines.Add(stopping.IsCancellationRequested ? "slipwayd was stopped in the middle of it; ask for it again." : "Canceled.");
        }
        catch (SlipwayException e)
        {
            lines.Add(string.Join(' ', new[] { e.Error.Message, e.Error.Why, e.Error.Next }.OfType<string>()));
        }
        catch (Exception e)
        {
            // Whatever it was: this one has failed, and its owner is told.
            if (e is not (IOException or HttpRequestException or InvalidDataException)) LogFailed(e);
            lines.Add(e.Message);
        }
        finally
        {
            queue.Running.TryRemove(transfer.Uuid, out _);
        }

        queue.Moved.TryRemove(transfer.Uuid, out var moved);
        if (state != TransferState.Succeeded) files.Delete(transfer.Uuid);
        await ledger.UpdateAsync(transfer.Id, row =>
        {
            (row.State, row.FinishedAt, row.Bytes, row.Warnings) = (state, time.GetUtcNow(), moved, lines.Warnings);
            row.SourceBytes = transfer.SourceBytes;
            row.Log += lines.Text;
        });
    }

    [LoggerMessage(LogLevel.Error, "Transfers of databases could not be looked after")]
    private partial void LogFailed(Exception e);
}
