using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Diagnoses;
using Slipway.Control.Store;

namespace Slipway.Control.Alerts;

/// <summary>Something that somebody should be told of.</summary>
/// <param name="AppId">Null for the server.</param>
/// <param name="Key">What makes two the same: a code, an error's id, a process type.</param>
internal sealed record Alarm(AlertKind Kind, long? AppId, string Key, Diagnosis Diagnosis);

/// <summary>
/// Alerts as rows. An alarm is added in the transaction of what it is about, with a delivery for each who is told, so that
/// none is lost and none is told of that did not happen. The same alarm again is counted, and told of again after a while.
/// </summary>
internal sealed class AlertBook(IDbContextFactory<SlipwayStore> stores, TimeProvider time)
{
    /// <summary>Alerts that are kept, of all apps.</summary>
    public const int Kept = 1000;

    /// <summary>Deliveries of one app, or of the server, within an hour; what is more is only kept and shown.</summary>
    public const int MostAnHour = 30;

    /// <summary>Ends of host names at which nobody gets mail.</summary>
    private static readonly string[] Unreachable = [".localhost", ".local", ".invalid", ".test", ".internal"];

    /// <summary>What lasts is told of again once a day; what happens, when it has not happened for an hour.</summary>
    private static readonly TimeSpan AgainIfLasting = TimeSpan.FromHours(24), AgainIfPassing = TimeSpan.FromHours(1);

    public async Task RaiseAsync(Alarm alarm, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        await AddAsync(store, alarm, cancel);
        await store.SaveChangesAsync(cancel);
    }

    /// <summary>Part of the caller's unit of work.</summary>
    public async Task AddAsync(SlipwayStore store, Alarm alarm, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var body = JsonSerializer.Serialize(alarm.Diagnosis, ContractsJson.Default.Diagnosis);
        var since = alarm.Kind.Lasts() ? DateTimeOffset.MinValue : now - AgainIfPassing;
        var row = await store.Alerts.OrderByDescending(one => one.Id).FirstOrDefaultAsync(
            one => one.AppId == alarm.AppId && one.Kind == alarm.Kind && one.Key == alarm.Key && one.OverAt == null && one.LastAt > since, cancel);
        if (row is null) store.Alerts.Add(row = new AlertRow { Uuid = Guid.CreateVersion7(), AppId = alarm.AppId, Kind = alarm.Kind, Key = alarm.Key, Body = body, FirstAt = now });
        (row.Body, row.LastAt, row.Count) = (body, now, row.Count + 1);
        if (row.Id != 0 && now - row.ToldAt < (alarm.Kind.Lasts() ? AgainIfLasting : AgainIfPassing)) return;
        row.ToldAt = now;
        row.Deliveries.AddRange(await DeliveriesAsync(store, alarm.AppId, now, cancel));
        await ThinAsync(store, cancel);
    }

    /// <summary>It is no more: the next one is a new one.</summary>
    /// <param name="keys">Those that go on; all others of the kind are over.</param>
    public async Task EndOthersAsync(AlertKind kind, long? appId, IReadOnlyCollection<string> keys, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var now = time.GetUtcNow();
        await store.Alerts.Where(row => row.Kind == kind && row.AppId == appId && row.OverAt == null && !keys.Contains(row.Key))
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.OverAt, now), cancel);
    }

    public static Alert View(AlertRow row) => new(
        row.Uuid, row.Kind, row.App?.Name, JsonSerializer.Deserialize(row.Body, ContractsJson.Default.Diagnosis)!, row.Count, row.FirstAt, row.LastAt, row.OverAt,
        [.. row.Deliveries.OrderBy(one => one.Id).Select(one => new AlertDelivery(one.To, StatusOf(one), one.Attempts, one.LastError, one.DeliveredAt ?? one.LastAt))]);

    private static string StatusOf(AlertDeliveryRow row) => row switch
    {
        { DeliveredAt: not null } => "delivered",
        { NextAt: null } => "failed",
        { Attempts: 0 } => "pending",
        _ => "retrying",
    };

    private static async Task<IReadOnlyList<AlertDeliveryRow>> DeliveriesAsync(SlipwayStore store, long? appId, DateTimeOffset now, CancellationToken cancel)
    {
        var hour = now - TimeSpan.FromHours(1);
        // Those of the caller's unit of work are not in the table yet: a batch of errors has many.
        var unsaved = store.Alerts.Local.Where(alert => alert.Id == 0 && alert.AppId == appId).Sum(alert => alert.Deliveries.Count);
        if (unsaved + await store.AlertDeliveries.CountAsync(one => one.Alert!.AppId == appId && one.Alert.ToldAt > hour, cancel) >= MostAnHour) return [];
        var targets = await store.AlertTargets.Where(row => row.AppId == null || row.AppId == appId).OrderBy(row => row.Id).ToListAsync(cancel);
        var told = targets.Select(target => new AlertDeliveryRow { Target = target, To = target.Mail ?? "webhook", NextAt = now }).ToList();
        // Nobody named an address: those whom it concerns, where theirs leads anywhere.
        if (targets.All(target => target.Mail is null))
            told.AddRange((await ConcernedAsync(store, appId, cancel)).Where(IsReachable).Select(address => new AlertDeliveryRow { To = address, NextAt = now }));
        return told.DistinctBy(one => (one.Target?.Webhook, one.To)).ToList();
    }

    private static async Task<List<string>> ConcernedAsync(SlipwayStore store, long? appId, CancellationToken cancel) => appId is null
        ? await store.Accounts.Where(account => account.Role == "admin").Select(account => account.Email).ToListAsync(cancel)
        : await store.Apps.Where(app => app.Id == appId).Join(store.Accounts, app => app.OwnerId, account => account.Id, (_, account) => account.Email).ToListAsync(cancel);

    /// <summary>The first account of a server is often of a name that nobody gets mail at.</summary>
    public static bool IsReachable(string address) =>
        address[(address.LastIndexOf('@') + 1)..] is var host && host.Contains('.', StringComparison.Ordinal)
        && !Unreachable.Any(end => host.EndsWith(end, StringComparison.OrdinalIgnoreCase));

    private static async Task ThinAsync(SlipwayStore store, CancellationToken cancel)
    {
        var old = await store.Alerts.OrderByDescending(row => row.Id).Skip(Kept).Select(row => row.Id).ToListAsync(cancel);
        if (old.Count > 0) await store.Alerts.Where(row => old.Contains(row.Id)).ExecuteDeleteAsync(cancel);
    }
}
