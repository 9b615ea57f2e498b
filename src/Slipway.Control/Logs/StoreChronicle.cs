using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Slipway.Control.Store;

namespace Slipway.Control.Logs;

/// <summary>
/// Tells each app's log what was done to it, as Heroku's API does: its releases, and those events of the audit trail that
/// have a line there. It hears of a change when it is committed, so the log never tells of one that was not.
/// </summary>
internal sealed partial class StoreChronicle(PlatformLog log, ILogger<StoreChronicle> logger) : SaveChangesInterceptor, IDbTransactionInterceptor
{
    /// <summary>What a unit of work has added and not saved yet, and what it has saved and not committed yet.</summary>
    private sealed class Pending
    {
        public List<object> Rows { get; } = [];
        public List<(string App, string Line)> Lines { get; } = [];
    }

    private readonly ConditionalWeakTable<DbContext, Pending> _pending = [];

    public override ValueTask<InterceptionResult<int>> SavingChangesAsync(
        DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        var added = eventData.Context!.ChangeTracker.Entries()
            .Where(entry => entry.State == EntityState.Added && entry.Entity is ReleaseRow or EventRow { AppUuid: not null })
            .Select(entry => entry.Entity).ToList();
        if (added.Count > 0) _pending.GetOrCreateValue(eventData.Context).Rows.AddRange(added);
        return ValueTask.FromResult(result);
    }

    public override async ValueTask<int> SavedChangesAsync(SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        var store = (SlipwayStore)eventData.Context!;
        if (!_pending.TryGetValue(store, out var pending)) return result;
        try
        {
            foreach (var row in pending.Rows) pending.Lines.AddRange(row is ReleaseRow release ? await LinesAsync(store, release) : await LinesAsync(store, (EventRow)row));
        }
        catch (DbException e)
        {
            LogNotTold(e); // what happened has happened: whether it can be told is no matter of whoever did it
        }

        pending.Rows.Clear();
        if (store.Database.CurrentTransaction is null) Tell(store);
        return result;
    }

    public void TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData) => Tell(eventData.Context!);

    public Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Tell(eventData.Context!);
        return Task.CompletedTask;
    }

    public void TransactionRolledBack(DbTransaction transaction, TransactionEndEventData eventData) => _pending.Remove(eventData.Context!);

    public Task TransactionRolledBackAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        _pending.Remove(eventData.Context!);
        return Task.CompletedTask;
    }

    public override void SaveChangesFailed(DbContextErrorEventData eventData) => _pending.Remove(eventData.Context!);

    public override Task SaveChangesFailedAsync(DbContextErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        SaveChangesFailed(eventData);
        return Task.CompletedTask;
    }

    private void Tell(DbContext store)
    {
        if (!_pending.TryGetValue(store, out var pending)) return;
        foreach (var (app, line) in pending.Lines) log.Api(app, line);
        pending.Lines.Clear();
        // A save without a transaction of its caller's has one of its own, whose end is told before the save's.
        if (pending.Rows.Count == 0) _pending.Remove(store);
    }

    private static async Task<IReadOnlyList<(string App, string Line)>> LinesAsync(SlipwayStore store, ReleaseRow release)
    {
        var app = await store.Apps.Where(row => row.Id == release.AppId).Select(row => row.Handle).FirstOrDefaultAsync();
        var user = await store.Accounts.Where(row => row.Id == release.AccountId).Select(row => row.Email).FirstOrDefaultAsync();
        return app is null ? [] : [(app, $"{release.Description} by user {user}"), (app, $"Release v{release.Version} created by user {user}")];
    }

    private static async Task<IReadOnlyList<(string App, string Line)>> LinesAsync(SlipwayStore store, EventRow happened)
    {
        if (LineOf(happened) is not { } line) return [];
        var app = await store.Apps.Where(row => row.Uuid == happened.AppUuid && row.DestroyedAt == null).Select(row => row.Handle).FirstOrDefaultAsync();
        return app is null ? [] : [(app, $"{line} by user {happened.Actor}")];
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "What was done could not be told in its app's log")]
    private partial void LogNotTold(Exception e);
}
