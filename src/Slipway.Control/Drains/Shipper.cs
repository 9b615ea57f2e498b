using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Names;
using Slipway.Contracts.Server;
using Slipway.Control.Logs;
using Slipway.Control.Remotes;
using Slipway.Control.Secrets;
using Slipway.Control.Store;

namespace Slipway.Control.Drains;

/// <summary>Runs the drains of all apps, one task each, as the store lists them.</summary>
internal sealed partial class Shipper(
    IDbContextFactory<SlipwayStore> stores, ServerConfig server, SecretBox secrets, Outbound outbound, PlatformLog platform, TimeProvider time, ILogger<Shipper> log)
    : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RememberEvery = TimeSpan.FromSeconds(5);

    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>A drain was added or removed.</summary>
    public void Wake() => _changed.Writer.TryWrite(true);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var running = new Dictionary<long, (CancellationTokenSource Stop, Task Work)>();
        Wake();
        try
        {
            while (await _changed.Reader.WaitToReadAsync(stoppingToken))
            {
                _changed.Reader.TryRead(out _);
                var rows = await RowsAsync(stoppingToken);
                foreach (var gone in running.Keys.Except(rows.Select(row => row.Id)).ToList())
                {
                    await running[gone].Stop.CancelAsync();
                    running.Remove(gone);
                }

                foreach (var row in rows.Where(row => !running.ContainsKey(row.Id)))
                {
                    var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
                    running[row.Id] = (stop, RunAsync(row, stop.Token));
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await Task.WhenAll(running.Values.Select(drain => drain.Work));
        }
    }

    private async Task RunAsync(LogDrainRow row, CancellationToken cancel)
    {
        var app = AppName.Parse(row.App!.Name);
        var to = DrainUrl.Parse(secrets.Open(row.Url));
        var folder = new LogFolder(Path.Combine(server.LogsDirectory, app.Value), new LogFilter(null, null, row.DeliveredUntil.AddTicks(1)));
        await using IDrainSink sink = to.IsHttp ? new HttpSink(to, row.Token, outbound) : new SyslogSink(to, row.Token, outbound);
        var drain = new Drain(folder, sink, time, lost => platform.Instance(app.Value, DrainFrame.Logplex, lost.Text));
        var (remembered, trouble, rememberedAt) = (row.DeliveredUntil, (string?)null, time.GetUtcNow());
        try
        {
            drain.Begin();
            using var timer = new PeriodicTimer(LookEvery, time);
            do
            {
                await drain.PumpAsync(cancel);
                if (drain.Trouble != trouble && drain.Trouble is not null) LogTrouble(app.Value, row.Token, drain.Trouble);
                trouble = drain.Trouble;
                if (drain.DeliveredUntil <= remembered || time.GetUtcNow() - rememberedAt < RememberEvery) continue;
                (remembered, rememberedAt) = (drain.DeliveredUntil, time.GetUtcNow());
                await RememberAsync(row.Id, remembered, cancel);
            }
            while (await timer.WaitForNextTickAsync(cancel));
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            if (drain.DeliveredUntil > remembered) await RememberAsync(row.Id, drain.DeliveredUntil, CancellationToken.None);
        }
        catch (Exception e)
        {
            LogDefect(app.Value, row.Token, e); // of ours: it goes on at the next start, from where it was
        }
    }

    private async Task<IReadOnlyList<LogDrainRow>> RowsAsync(CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        return await store.LogDrains.AsNoTracking().Include(row => row.App).Where(row => row.App!.DestroyedAt == null).ToListAsync(cancel);
    }

    private async Task RememberAsync(long id, DateTimeOffset until, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        await store.LogDrains.Where(row => row.Id == id).ExecuteUpdateAsync(change => change.SetProperty(row => row.DeliveredUntil, until), cancel);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{App}: its drain {Token} does not take lines: {Why}")]
    private partial void LogTrouble(string app, string token, string why);

    [LoggerMessage(Level = LogLevel.Error, Message = "{App}: its drain {Token} met a defect")]
    private partial void LogDefect(string app, string token, Exception e);
}

internal static class DrainsServices
{
    public static IServiceCollection AddDrains(this IServiceCollection services) => services
        .AddSingleton<Shipper>()
        .AddHostedService(provider => provider.GetRequiredService<Shipper>());
}
