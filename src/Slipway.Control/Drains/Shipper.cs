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

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly SemaphoreSlim _gate = new(1);
    private readonly Dictionary<long, (long AppId, CancellationTokenSource Stop, Task Work)> _running = [];

    /// <summary>A drain was added or removed.</summary>
    public void Wake() => _changed.Writer.TryWrite(true);

    /// <summary>The app goes: when this returns nothing reads its log any more, so that what comes to lie there is not sent to whom its owner named.</summary>
    public async Task ForgetAsync(long appId, CancellationToken cancel)
    {
        await _gate.WaitAsync(cancel);
        try
        {
            await StopAsync([.. _running.Where(drain => drain.Value.AppId == appId).Select(drain => drain.Key)]);
        }
        finally
        {
            _gate.Release();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Wake();
        try
        {
            while (await _changed.Reader.WaitToReadAsync(stoppingToken))
            {
                _changed.Reader.TryRead(out _);
                try
                {
                    await FollowAsync(stoppingToken);
                }
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
                {
                    LogNotListed(e);
                    await Task.Delay(Pause, time, stoppingToken);
                    Wake();
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await Task.WhenAll(_running.Values.Select(drain => drain.Work));
        }
    }

    /// <summary>Runs those that the store lists, and no others.</summary>
    private async Task FollowAsync(CancellationToken stopping)
    {
        await _gate.WaitAsync(stopping);
        try
        {
            var rows = await RowsAsync(stopping);
            await StopAsync([.. _running.Keys.Except(rows.Select(row => row.Id))]);
            foreach (var row in rows.Where(row => !_running.ContainsKey(row.Id)))
            {
                var stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
                _running[row.Id] = (row.AppId, stop, RunAsync(row, stop.Token));
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task StopAsync(IReadOnlyList<long> drains)
    {
        foreach (var id in drains)
        {
            _running.Remove(id, out var drain);
            await drain.Stop.CancelAsync();
            await drain.Work;
            drain.Stop.Dispose();
        }
    }

    /// <summary>Until it is stopped: what fails here, be it the store or a defect of ours, is tried again from what was delivered last.</summary>
    private async Task RunAsync(LogDrainRow row, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                row.DeliveredUntil = await ShipAsync(row, cancel);
            }
            catch (Exception e)
            {
                LogDefect(row.App!.Name, row.Token, e);
                await Task.Delay(Pause, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <returns>Up to where it was delivered when it was stopped.</returns>
    private async Task<DateTimeOffset> ShipAsync(LogDrainRow row, CancellationToken cancel)
    {
        var app = AppName.Parse(row.App!.Handle);
        var to = DrainUrl.Parse(secrets.Open(row.Url));
        var folder = new LogFolder(Path.Combine(server.LogsDirectory, app.Value), new LogFilter(null, null, row.DeliveredUntil.AddTicks(1)));
        await using IDrainSink sink = to.IsHttp ? new HttpSink(to, row.Token, outbound) : new SyslogSink(to, row.Token, outbound);
        var drain = new Drain(folder, sink, time, lost => platform.Instance(app.Value, DrainFrame.Logplex, lost.Text));
        var (trouble, rememberedAt) = ((string?)null, time.GetUtcNow());
        try
        {
            drain.Begin();
            using var timer = new PeriodicTimer(LookEvery, time);
            do
            {
                await drain.PumpAsync(cancel);
                if (drain.Trouble != trouble && drain.Trouble is not null) LogTrouble(row.App.Name, row.Token, drain.Trouble);
                trouble = drain.Trouble;
                if (drain.DeliveredUntil <= row.DeliveredUntil || time.GetUtcNow() - rememberedAt < RememberEvery) continue;
                (row.DeliveredUntil, rememberedAt) = (drain.DeliveredUntil, time.GetUtcNow());
                await RememberAsync(row.Id, row.DeliveredUntil, cancel);
            }
            while (await timer.WaitForNextTickAsync(cancel));
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            if (drain.DeliveredUntil > row.DeliveredUntil) await RememberAsync(row.Id, drain.DeliveredUntil, CancellationToken.None);
        }

        return drain.DeliveredUntil > row.DeliveredUntil ? drain.DeliveredUntil : row.DeliveredUntil;
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

    [LoggerMessage(Level = LogLevel.Error, Message = "{App}: its drain {Token} failed; it goes on from where it was")]
    private partial void LogDefect(string app, string token, Exception e);

    [LoggerMessage(Level = LogLevel.Error, Message = "The drains could not be listed; trying again")]
    private partial void LogNotListed(Exception e);
}

internal static class DrainsServices
{
    public static IServiceCollection AddDrains(this IServiceCollection services) => services
        .AddSingleton<Shipper>()
        .AddHostedService(provider => provider.GetRequiredService<Shipper>());
}
