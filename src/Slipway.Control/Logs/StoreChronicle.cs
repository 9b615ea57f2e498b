using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Slipway.Control.Store;

namespace Slipway.Control.Logs;

/// <summary>
/// Tells each app's log what was done to it, as Heroku's API does: its releases, and those events of the audit trail that
/// have a line there. It hears of a change when it is committed, so the log never tells of one that was not.
/// </summary>
internal sealed class StoreChronicle(PlatformLog log) : SaveChangesInterceptor
{
    private readonly ConditionalWeakTable<DbContext, List<object>> _pending = [];

    public override ValueTask<InterceptionResult<int>> SavingChangesAsync(
        DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        var added = eventData.Context!.ChangeTracker.Entries()
            .Where(entry => entry.State == EntityState.Added && entry.Entity is ReleaseRow or EventRow { AppUuid: not null })
            .Select(entry => entry.Entity).ToList();
        if (added.Count > 0) _pending.AddOrUpdate(eventData.Context, added);
        return ValueTask.FromResult(result);
    }

    public override async ValueTask<int> SavedChangesAsync(SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        var store = (SlipwayStore)eventData.Context!;
        if (!_pending.TryGetValue(store, out var added)) return result;
        _pending.Remove(store);
        foreach (var row in added)
        {
            if (row is ReleaseRow release) await TellAsync(store, release, cancellationToken);
            else if (row is EventRow happened) await TellAsync(store, happened, cancellationToken);
        }

        return result;
    }

    public override void SaveChangesFailed(DbContextErrorEventData eventData) => _pending.Remove(eventData.Context!);

    public override Task SaveChangesFailedAsync(DbContextErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        SaveChangesFailed(eventData);
        return Task.CompletedTask;
    }

    private async Task TellAsync(SlipwayStore store, ReleaseRow release, CancellationToken cancel)
    {
        var app = await store.Apps.Where(row => row.Id == release.AppId).Select(row => row.Name).FirstAsync(cancel);
        var user = await store.Accounts.Where(row => row.Id == release.AccountId).Select(row => row.Email).FirstAsync(cancel);
        log.Api(app, $"{release.Description} by user {user}");
        log.Api(app, $"Release v{release.Version} created by user {user}");
    }

    private async Task TellAsync(SlipwayStore store, EventRow happened, CancellationToken cancel)
    {
        if (LineOf(happened) is not { } line) return;
        var app = await store.Apps.Where(row => row.Uuid == happened.AppUuid && row.DestroyedAt == null).Select(row => row.Name).FirstOrDefaultAsync(cancel);
        if (app is not null) log.Api(app, $"{line} by user {happened.Actor}");
    }

    /// <returns>Null where Heroku's log has no such line.</returns>
    private static string? LineOf(EventRow happened) => (happened.Action, happened.After, happened.Result) switch
    {
        (_, _, not Events.EventLog.Ok) => null,
        ("app.create", _, _) => "Initial release",
        ("app.update", "maintenance on", _) => "Maintenance mode enabled",
        ("app.update", "maintenance off", _) => "Maintenance mode disabled",
        ("formation.update", { } scale, _) => $"Scaled to {scale.Replace('=', '@')}",
        ("build.create", _, _) => "Build started",
        ("dyno.run", { } command, _) => $"Starting one-off {command}",
        _ => null,
    };
}
