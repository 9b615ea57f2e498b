using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Api;
using Slipway.Contracts.Server;
using Slipway.Control.Logs;
using Slipway.Control.Store;

namespace Slipway.Control.Errors;

/// <summary>
/// Reads the logs of all apps for errors that no SDK tells of. It goes on after a restart from the last error of each app that is
/// written down, so none is counted twice.
/// </summary>
internal sealed partial class LogWatch(
    ErrorApps apps, IDbContextFactory<SlipwayStore> stores, ServerConfig server, ErrorGate gate, ErrorQueue queue, ErrorActivity activity, TimeProvider time, ILogger<LogWatch> log)
    : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);

    /// <summary>Lines of an app's log that are looked through when slipwayd starts, at most.</summary>
    private const int FirstLook = 2000;

    /// <summary>Of an app's last errors.</summary>
    private const int Remembered = 20;

    private readonly Dictionary<long, (LogFolder Folder, LogErrors Errors)> _watched = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            using var timer = new PeriodicTimer(LookEvery, time);
            do
            {
                try
                {
                    await LookAsync(stoppingToken);
                }
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
                {
                    LogNotRead(e);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return;
        }
    }

    private async Task LookAsync(CancellationToken cancel)
    {
        var all = await apps.AllAsync(cancel);
        foreach (var gone in _watched.Keys.Except(all.Select(app => app.Id)).ToList()) _watched.Remove(gone);
        foreach (var app in all)
        {
            cancel.ThrowIfCancellationRequested();
            var isNew = !_watched.TryGetValue(app.Id, out var watched);
            if (isNew) _watched[app.Id] = watched = (await OpenAsync(app, cancel), new LogErrors(app.Id, activity, queue));
            if (!isNew) watched.Folder.ReadNew(watched.Errors.Add);
            else
                foreach (var line in watched.Folder.ReadLast(FirstLook)) watched.Errors.Add(line);
            foreach (var occurrence in watched.Errors.Take(time.GetUtcNow()))
            {
                if (gate.TryTake(app.Id)) queue.TryAdd(new Report(app.Id, Slimming.Fit(occurrence), Grouping.FingerprintOf(occurrence, [])));
                else queue.Refuse(app.Id);
            }
        }
    }

    /// <summary>From the last error on that is written down; what was heard then is heard of again, for the lines that followed it.</summary>
    private async Task<LogFolder> OpenAsync(ErrorApp app, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var last = await store.Errors.Where(row => row.AppId == app.Id).OrderByDescending(row => row.LastSeen).Take(Remembered)
            .Select(row => new { row.LastSeen, row.Origin }).ToListAsync(cancel);
        foreach (var one in last.Where(one => one.Origin != ErrorOrigin.Edge))
        {
            activity.Raised(app.Id, one.Origin, one.LastSeen);
            if (one.Origin == ErrorOrigin.Sdk) activity.SdkSent(app.Id, one.LastSeen);
        }

        var since = last.Count > 0 ? last[0].LastSeen.AddTicks(1) : app.CreatedAt;
        return new LogFolder(Path.Combine(server.LogsDirectory, app.Handle), new LogFilter(null, null, since));
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The apps' logs could not be read for errors; trying again")]
    private partial void LogNotRead(Exception e);
}
