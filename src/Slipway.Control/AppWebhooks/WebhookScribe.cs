using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Storage;
using Slipway.Contracts.Api;
using Slipway.Control.Server;
using Slipway.Control.Store;

namespace Slipway.Control.AppWebhooks;

/// <summary>Wakes the <see cref="WebhookCourier"/>: there is something to deliver.</summary>
internal sealed class WebhookBell : Bell;

/// <summary>
/// Writes down for an app's webhooks what a change makes of it, in the transaction of the change itself: whatever crashes,
/// an event is told of exactly when it happened. Changes that no webhook is told of cost one small query.
/// </summary>
internal sealed class WebhookScribe(WebhookData data, WebhookBell bell, TimeProvider time) : SaveChangesInterceptor, IDbTransactionInterceptor
{
    private sealed record Change(object Row, Guid App, string Include, EntityState State, AccountReference Actor, JsonObject? Before, IReadOnlyList<AppWebhookRow> Webhooks);

    private sealed class Work
    {
        public List<Change> Changes { get; } = [];

        /// <summary>Where the caller has none, so that change and event are one.</summary>
        public IDbContextTransaction? Own { get; set; }
        public bool Written { get; set; }
    }

    private readonly ConditionalWeakTable<DbContext, Work> _works = [];

    public override async ValueTask<InterceptionResult<int>> SavingChangesAsync(
        DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        var store = (SlipwayStore)eventData.Context!;
        var entries = store.ChangeTracker.Entries().Where(entry => entry.State is EntityState.Added or EntityState.Modified or EntityState.Deleted).ToList();
        // An app that is only being made has nobody who could be told.
        var changed = entries.Where(entry => WebhookEntity.Of(entry.Entity) is not null && WebhookEntity.AppIdOf(entry.Entity) > 0).ToList();
        if (changed.Count == 0) return result;
        var ids = changed.Select(entry => WebhookEntity.AppIdOf(entry.Entity)).Distinct().ToList();
        var apps = await store.Apps.Where(app => ids.Contains(app.Id) && store.AppWebhooks.Any(webhook => webhook.AppUuid == app.Uuid))
            .Select(app => new { app.Id, app.Uuid }).ToDictionaryAsync(app => app.Id, app => app.Uuid, cancellationToken);
        if (apps.Count == 0) return result;

        var webhooks = await WebhookLedger.ToldOfAsync(store, apps.Values, cancellationToken);
        foreach (var entry in changed)
        {
            if (!apps.TryGetValue(WebhookEntity.AppIdOf(entry.Entity), out var app)) continue;
            var include = WebhookEntity.Of(entry.Entity)!;
            var told = webhooks.Where(row => row.AppUuid == app && WebhookLedger.IncludeOf(row).Contains(include)).ToList();
            if (told.Count == 0) continue;
            var work = _works.GetOrCreateValue(store);
            if (store.Database.CurrentTransaction is null) work.Own = await store.Database.BeginTransactionAsync(cancellationToken);
            var by = entries.Select(other => other.Entity).OfType<EventRow>().FirstOrDefault(other => other.AppUuid == app)?.Actor;
            work.Changes.Add(new Change(
                entry.Entity, app, include, entry.State, await WebhookData.ActorAsync(store, by, entry.Entity, cancellationToken),
                entry.State == EntityState.Added ? null : await data.OfAsync(store, entry.Entity, cancellationToken), told));
        }

        return result;
    }

    public override async ValueTask<int> SavedChangesAsync(SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        var store = (SlipwayStore)eventData.Context!;
        if (!_works.TryGetValue(store, out var work) || work.Changes.Count == 0) return result;
        Change[] changes = [.. work.Changes];
        work.Changes.Clear();
        foreach (var change in changes)
        {
            var gone = change.State == EntityState.Deleted || change.Row is AppRow { DestroyedAt: not null };
            var after = gone ? null : await data.OfAsync(store, change.Row, cancellationToken);
            if (change.State == EntityState.Modified && !gone && (after is null || WebhookLedger.Changed(change.Before, after).Count == 0)) continue;
            var action = gone ? "destroy" : change.State == EntityState.Added ? "create" : "update";
            WebhookLedger.Add(store, new Happening(change.App, change.Include, action, change.Actor, change.Before, after), change.Webhooks, time.GetUtcNow());
            work.Written = true;
        }

        await store.SaveChangesAsync(cancellationToken);
        if (work.Own is { } own)
        {
            work.Own = null;
            await own.CommitAsync(cancellationToken);
            await own.DisposeAsync();
        }

        return result;
    }

    public override async Task SaveChangesFailedAsync(DbContextErrorEventData eventData, CancellationToken cancellationToken = default) => await ForgetAsync(eventData.Context!);

    public override async Task SaveChangesCanceledAsync(DbContextEventData eventData, CancellationToken cancellationToken = default) => await ForgetAsync(eventData.Context!);

    public Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        if (_works.TryGetValue(eventData.Context!, out var work) && work.Written) bell.Ring();
        _works.Remove(eventData.Context!);
        return Task.CompletedTask;
    }

    public Task TransactionRolledBackAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        _works.Remove(eventData.Context!);
        return Task.CompletedTask;
    }

    private async Task ForgetAsync(DbContext store)
    {
        if (!_works.TryGetValue(store, out var work)) return;
        _works.Remove(store);
        if (work.Own is { } own) await own.DisposeAsync();
    }
}
