namespace Slipway.Control.Errors;

/// <summary>Writes down what waits in the queue, a batch at a time.</summary>
internal sealed partial class ErrorWriter(ErrorQueue queue, ErrorLedger ledger, TimeProvider time, ILogger<ErrorWriter> log) : BackgroundService
{
    private const int BatchSize = 250;

    /// <summary>Between two batches: what comes meanwhile shares their one write to the disk.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>What was refused without anything being accepted is written down this often.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await WaitAsync(stoppingToken);
                if (await WriteAsync() < BatchSize) await Task.Delay(Pause, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            while (await WriteAsync() > 0)
            {
                // what was answered for is not forgotten
            }
        }
    }

    private async Task WaitAsync(CancellationToken stopping)
    {
        using var idle = new CancellationTokenSource(Idle, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, idle.Token);
        try
        {
            await queue.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            return;
        }
    }

    /// <returns>How many reports there were.</returns>
    private async Task<int> WriteAsync()
    {
        var (reports, refused) = (queue.Take(BatchSize), queue.TakeRefused());
        if (reports.Count == 0 && refused.Count == 0) return 0;
        try
        {
            await ledger.RecordAsync(reports, refused, CancellationToken.None);
        }
        catch (Exception e)
        {
            // Once more from the start would only make the queue overflow, on a full disk say.
            foreach (var (app, count) in refused) queue.Refuse(app, count);
            foreach (var report in reports) queue.Refuse(report.AppId);
            LogNotWritten(reports.Count, e);
        }

        return reports.Count;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Count} reports of errors could not be written down")]
    private partial void LogNotWritten(int count, Exception e);
}
