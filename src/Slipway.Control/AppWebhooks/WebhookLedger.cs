using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Control.Store;

namespace Slipway.Control.AppWebhooks;

/// <summary>Something to tell of.</summary>
/// <param name="Before">What is told of it as it was; null when it was not there.</param>
/// <param name="After">As it is now; null when it is gone.</param>
internal sealed record Happening(Guid App, string Include, string Action, AccountReference Actor, JsonObject? Before, JsonObject? After);

/// <summary>Events and their deliveries, as rows.</summary>
internal static class WebhookLedger
{
    public const string Notify = "notify", Sync = "sync";
    public const string Pending = "pending", Retrying = "retrying", Succeeded = "succeeded", Failed = "failed";

    public static IReadOnlyList<string> IncludeOf(AppWebhookRow row) => JsonSerializer.Deserialize(row.Include, ContractsJson.Default.IReadOnlyListString)!;

    /// <summary>Of an app's webhooks those that are told of it.</summary>
    public static async Task<IReadOnlyList<AppWebhookRow>> ToldOfAsync(SlipwayStore store, IReadOnlyCollection<Guid> apps, CancellationToken cancel) =>
        await store.AppWebhooks.AsNoTracking().Where(row => apps.Contains(row.AppUuid)).ToListAsync(cancel);

    /// <summary>Adds the event, and a delivery for each webhook that is told of it. Saved by the caller.</summary>
    public static void Add(SlipwayStore store, Happening happening, IEnumerable<AppWebhookRow> webhooks, DateTimeOffset now)
    {
        var payload = new AppWebhookPayload
        {
            Id = Guid.CreateVersion7(),
            Action = happening.Action,
            Actor = happening.Actor,
            Data = Element(happening.After ?? happening.Before ?? []),
            PreviousData = Element(happening.After is null ? [] : Changed(happening.Before, happening.After)),
            Resource = happening.Include[(happening.Include.IndexOf(':') + 1)..],
            CreatedAt = now,
            UpdatedAt = now,
        };
        var row = new AppWebhookEventRow
        {
            Uuid = payload.Id,
            AppUuid = happening.App,
            Include = happening.Include,
            Payload = JsonSerializer.Serialize(payload, ContractsJson.Default.AppWebhookPayload),
            CreatedAt = now,
        };
        store.AppWebhookEvents.Add(row);
        foreach (var webhook in webhooks)
        {
            store.AppWebhookDeliveries.Add(new AppWebhookDeliveryRow
            {
                Uuid = Guid.CreateVersion7(), WebhookId = webhook.Id, Event = row, Status = Pending, NextAt = now, CreatedAt = now, UpdatedAt = now,
            });
        }
    }

    /// <summary>Those fields of what was that are another now. When it was changed is not a change.</summary>
    public static JsonObject Changed(JsonObject? before, JsonObject after)
    {
        var changed = new JsonObject();
        foreach (var (name, value) in before ?? [])
            if (name is not ("updated_at" or "output_stream_url") && !JsonNode.DeepEquals(value, after[name])) changed[name] = value?.DeepClone();
        return changed;
    }

    private static JsonElement Element(JsonObject json)
    {
        using var document = JsonDocument.Parse(json.ToJsonString());
        return document.RootElement.Clone();
    }
}
