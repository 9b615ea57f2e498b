using System.Collections.Concurrent;
using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Control.Secrets;
using Slipway.Control.Store;

namespace Slipway.Control.AppWebhooks;

/// <summary>
/// Delivers what is due, each webhook's one after another and the webhooks side by side, so that a receiver that is away
/// holds up nobody else's. What a crash interrupts is sent again, under the same id.
/// </summary>
internal sealed partial class WebhookCourier(
    IDbContextFactory<SlipwayStore> stores, WebhookPost post, SecretBox secrets, WebhookBell bell, TimeProvider time, ILogger<WebhookCourier> log) : BackgroundService
{
    private const int AtOnce = 32;

    /// <summary>Of an app's events so many are kept, with their deliveries.</summary>
    public const int Kept = 1000;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMinutes(10);

    /// <summary>How long after a failure a 'sync' delivery is tried again: ten attempts in about a day.</summary>
    private static readonly TimeSpan[] Waits =
    [
        TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(20), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(30),
        TimeSpan.FromHours(1), TimeSpan.FromHours(3), TimeSpan.FromHours(6), TimeSpan.FromHours(12),
    ];

    /// <summary>Webhooks that are being delivered to, by their row.</summary>
    private readonly ConcurrentDictionary<long, bool> _busy = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var next = await BeginAsync(stoppingToken);
                if (_busy.IsEmpty) await TidyAsync(stoppingToken);
                await bell.WaitAsync(next is { } at ? Clamp(at - time.GetUtcNow()) : LongestSleep, time, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is DbException or DbUpdateException)
            {
                await ComplainAsync(e, stoppingToken);
            }
        }
    }

    /// <summary>Sets to work on each webhook for which something is due.</summary>
    /// <returns>When something else will be.</returns>
    private async Task<DateTimeOffset?> BeginAsync(CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var now = time.GetUtcNow();
        foreach (var webhook in await store.AppWebhookDeliveries.Where(row => row.NextAt <= now).Select(row => row.WebhookId).Distinct().ToListAsync(cancel))
            if (_busy.Count < AtOnce && _busy.TryAdd(webhook, true)) _ = DeliverAsync(webhook, cancel);
        return await store.AppWebhookDeliveries.Where(row => row.NextAt > now).MinAsync(row => row.NextAt, cancel);
    }

    /// <summary>Until nothing is due for it. Then the bell: what came due in the last moment, or had no place, is looked for again.</summary>
    private async Task DeliverAsync(long webhook, CancellationToken cancel)
    {
        try
        {
            while (await DueAsync(webhook, cancel) is { } delivery) await AttemptAsync(delivery, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return; // it is still due at the next start
        }
        catch (Exception e)
        {
            await ComplainAsync(e, cancel);
        }
        finally
        {
            _busy.TryRemove(webhook, out _);
            bell.Ring();
        }
    }

    private async Task<AppWebhookDeliveryRow?> DueAsync(long webhook, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var now = time.GetUtcNow();
        return await store.AppWebhookDeliveries.AsNoTracking().Include(row => row.Webhook).Include(row => row.Event)
            .Where(row => row.WebhookId == webhook && row.NextAt <= now).OrderBy(row => row.Id).FirstOrDefaultAsync(cancel);
    }

    private async Task ComplainAsync(Exception e, CancellationToken cancel)
    {
        LogTrouble(e);
        await Task.Delay(Pause, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task AttemptAsync(AppWebhookDeliveryRow delivery, CancellationToken cancel)
    {
        var (attempt, began) = (Guid.NewGuid(), time.GetUtcNow());
        var answer = await SendAsync(delivery, attempt, cancel);
        var attempts = delivery.Attempts + 1;
        var again = !answer.IsTaken && delivery.Webhook!.Level == WebhookLedger.Sync && attempts <= Waits.Length;
        var status = answer.IsTaken ? WebhookLedger.Succeeded : again ? WebhookLedger.Retrying : WebhookLedger.Failed;
        DateTimeOffset? next = again ? time.GetUtcNow() + Waits[attempts - 1] : null;
        if (!answer.IsTaken) LogRefused(delivery.Uuid, answer.Code, answer.Error, status);
        await using var store = await stores.CreateDbContextAsync(cancel);
        await store.AppWebhookDeliveries.Where(row => row.Id == delivery.Id).ExecuteUpdateAsync(set => set
            .SetProperty(row => row.Status, status).SetProperty(row => row.Attempts, attempts).SetProperty(row => row.NextAt, next)
            .SetProperty(row => row.LastId, attempt).SetProperty(row => row.LastAt, began).SetProperty(row => row.LastCode, answer.Code)
            .SetProperty(row => row.LastError, answer.Error).SetProperty(row => row.UpdatedAt, time.GetUtcNow()), cancel);
    }

    private Task<WebhookAnswer> SendAsync(AppWebhookDeliveryRow delivery, Guid attempt, CancellationToken cancel)
    {
        var (webhook, body) = (delivery.Webhook!, BodyOf(delivery, attempt, time.GetUtcNow()));
        return post.SendAsync(secrets.Open(webhook.Url), body, headers =>
        {
            headers.Add("Heroku-Webhook-Hmac-SHA256", Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secrets.Open(webhook.Secret)), body)));
            if (webhook.Authorization is { } authorization) headers.TryAddWithoutValidation("Authorization", secrets.Open(authorization));
        }, cancel);
    }

    private static byte[] BodyOf(AppWebhookDeliveryRow delivery, Guid attempt, DateTimeOffset now)
    {
        var payload = JsonSerializer.Deserialize(delivery.Event!.Payload, ContractsJson.Default.AppWebhookPayload)! with
        {
            PublishedAt = now,
            Sequence = delivery.Event.Id,
            WebhookMetadata = new AppWebhookMetadata(
                new Identity(attempt), new Identity(delivery.Uuid), new AppWebhookEventReference(delivery.Event.Uuid, delivery.Event.Include), new Identity(delivery.Webhook!.Uuid)),
        };
        return JsonSerializer.SerializeToUtf8Bytes(payload, ContractsJson.Default.AppWebhookPayload);
    }

    /// <summary>Old events go with their deliveries, and so do webhooks of apps that are gone, once they were told.</summary>
    private async Task TidyAsync(CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        foreach (var full in await store.AppWebhookEvents.GroupBy(row => row.AppUuid).Where(rows => rows.Count() > Kept).Select(rows => rows.Key).ToListAsync(cancel))
        {
            var last = await store.AppWebhookEvents.Where(row => row.AppUuid == full).OrderByDescending(row => row.Id).Skip(Kept).Select(row => row.Id).FirstAsync(cancel);
            await store.AppWebhookEvents.Where(row => row.AppUuid == full && row.Id <= last).ExecuteDeleteAsync(cancel);
        }

        await store.AppWebhooks
            .Where(row => !store.Apps.Any(app => app.Uuid == row.AppUuid && app.DestroyedAt == null) && !store.AppWebhookDeliveries.Any(one => one.WebhookId == row.Id && one.NextAt != null))
            .ExecuteDeleteAsync(cancel);
        await store.AppWebhookEvents.Where(row => !store.AppWebhooks.Any(webhook => webhook.AppUuid == row.AppUuid)).ExecuteDeleteAsync(cancel);
    }

    private static TimeSpan Clamp(TimeSpan wait) => wait < TimeSpan.Zero ? TimeSpan.Zero : wait > LongestSleep ? LongestSleep : wait;

    [LoggerMessage(LogLevel.Warning, "Webhook delivery {Delivery} was not taken ({Code} {Why}): {Status}")]
    private partial void LogRefused(Guid delivery, int? code, string? why, string status);

    [LoggerMessage(LogLevel.Error, "Webhooks could not be delivered to; trying again")]
    private partial void LogTrouble(Exception e);
}
