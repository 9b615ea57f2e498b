using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Control.Access;
using Slipway.Control.Api.Lists;
using Slipway.Control.AppWebhooks;
using Slipway.Control.Events;
using Slipway.Control.Remotes;
using Slipway.Control.Secrets;
using Slipway.Control.Store;

namespace Slipway.Control.Api;

/// <summary>Who is told of what becomes of an app, at Heroku's paths: <c>heroku webhooks</c>.</summary>
internal static class AppWebhooksApi
{
    private const int MostWebhooks = 20;
    private const int LongestSecret = 500;
    private const int LongestAuthorization = 2000;
    private const string SecretHeader = "Heroku-Webhook-Secret";

    private static readonly Sorting<AppWebhookRow> Order = new Sorting<AppWebhookRow>(row => row.Uuid).Time("created_at", row => row.CreatedAt).Id();
    private static readonly Sorting<AppWebhookEventRow> EventOrder = new Sorting<AppWebhookEventRow>(row => row.Uuid).Number("seq", row => (int)row.Id).Time("created_at", row => row.CreatedAt).Id();
    private static readonly Sorting<AppWebhookDeliveryRow> DeliveryOrder = new Sorting<AppWebhookDeliveryRow>(row => row.Uuid).Number("seq", row => (int)row.Id).Time("created_at", row => row.CreatedAt).Id();

    public static void MapAppWebhooks(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/apps/{app}/webhooks", List).WithName("app-webhook.list").Needs(AppPermission.Operate).In(Area.Secrets);
        routes.MapPost("/apps/{app}/webhooks", Create).WithName("app-webhook.create").Needs(AppPermission.Operate).In(Area.Secrets);
        routes.MapGet("/apps/{app}/webhooks/{webhook}", Get).WithName("app-webhook.show").Needs(AppPermission.Operate).In(Area.Secrets);
        routes.MapPatch("/apps/{app}/webhooks/{webhook}", Update).WithName("app-webhook.update").Needs(AppPermission.Operate).In(Area.Secrets);
        routes.MapDelete("/apps/{app}/webhooks/{webhook}", Delete).WithName("app-webhook.delete").Needs(AppPermission.Operate).In(Area.Secrets);
        routes.MapGet("/apps/{app}/webhook-events", Events).WithName("app-webhook-event.list").Needs(AppPermission.Operate);
        routes.MapGet("/apps/{app}/webhook-events/{event}", Event).WithName("app-webhook-event.show").Needs(AppPermission.Operate);
        routes.MapGet("/apps/{app}/webhook-deliveries", Deliveries).WithName("app-webhook-delivery.list").Needs(AppPermission.Operate);
        routes.MapGet("/apps/{app}/webhook-deliveries/{delivery}", Delivery).WithName("app-webhook-delivery.show").Needs(AppPermission.Operate);
    }

    private static async Task<IResult> List(HttpContext context, AppRequest request, SecretBox secrets, CancellationToken cancel) =>
        ApiJson.Ok([.. (await Order.PageAsync(context, Of(request).AsNoTracking(), cancel)).Select(row => View(row, secrets))], ContractsJson.Default.IReadOnlyListAppWebhook);

    private static async Task<IResult> Get(string webhook, AppRequest request, SecretBox secrets, CancellationToken cancel) =>
        ApiJson.Ok(View(await FindAsync(webhook, request, cancel), secrets), ContractsJson.Default.AppWebhook);

    /// <summary>The secret is in a header of the answer, this once.</summary>
    private static async Task<IResult> Create(
        HttpContext context, AppRequest request, SecretBox secrets, Outbound outbound, EventLog events, TimeProvider time, CancellationToken cancel)
    {
        var body = await context.ReadAsync(ContractsJson.Default.CreateAppWebhookRequest);
        var (include, level) = (CheckInclude(body.Include), CheckLevel(body.Level));
        var authorization = CheckAuthorization(body.Authorization);
        var secret = CheckSecret(body.Secret) ?? Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var url = await WebhookUrl.CheckAsync(body.Url, outbound, cancel);
        if (await Of(request).CountAsync(cancel) >= MostWebhooks)
            throw new SlipwayException(422, new SlipwayError("too_many_webhooks", $"An app has at most {MostWebhooks} webhooks.") { Next = "heroku webhooks:remove one" });
        var now = time.GetUtcNow();
        var row = new AppWebhookRow
        {
            Uuid = Guid.NewGuid(),
            AppUuid = request.App.Uuid,
            Include = JsonSerializer.Serialize(include, ContractsJson.Default.IReadOnlyListString),
            Level = level,
            Url = secrets.Seal(url.OriginalString),
            Secret = secrets.Seal(secret),
            Authorization = authorization is null or "" ? null : secrets.Seal(authorization),
            CreatedAt = now,
            UpdatedAt = now,
        };
        request.Store.AppWebhooks.Add(row);
        events.Add(request.Store, request.Actor.Email, "app-webhook.create", EventTarget.Of(request.App), after: Words(row, secrets));
        await request.Store.SaveChangesAsync(cancel);
        context.Response.Headers[SecretHeader] = secret;
        return ApiJson.Created(View(row, secrets), ContractsJson.Default.AppWebhook);
    }

    private static async Task<IResult> Update(
        string webhook, HttpContext context, AppRequest request, SecretBox secrets, Outbound outbound, EventLog events, TimeProvider time, CancellationToken cancel)
    {
        var row = await FindAsync(webhook, request, cancel);
        var body = await context.ReadAsync(ContractsJson.Default.UpdateAppWebhookRequest);
        var before = Words(row, secrets);
        if (body.Include is not null) row.Include = JsonSerializer.Serialize(CheckInclude(body.Include), ContractsJson.Default.IReadOnlyListString);
        if (body.Level is not null) row.Level = CheckLevel(body.Level);
        if (CheckAuthorization(body.Authorization) is { } authorization) row.Authorization = authorization.Length == 0 ? null : secrets.Seal(authorization);
        if (body.Url is not null) row.Url = secrets.Seal((await WebhookUrl.CheckAsync(body.Url, outbound, cancel)).OriginalString);
        if (CheckSecret(body.Secret) is { } secret)
        {
            row.Secret = secrets.Seal(secret);
            context.Response.Headers[SecretHeader] = secret;
        }

        row.UpdatedAt = time.GetUtcNow();
        events.Add(request.Store, request.Actor.Email, "app-webhook.update", EventTarget.Of(request.App), before, Words(row, secrets));
        await request.Store.SaveChangesAsync(cancel);
        return ApiJson.Ok(View(row, secrets), ContractsJson.Default.AppWebhook);
    }

    private static async Task<IResult> Delete(string webhook, AppRequest request, SecretBox secrets, EventLog events, CancellationToken cancel)
    {
        var row = await FindAsync(webhook, request, cancel);
        request.Store.AppWebhooks.Remove(row);
        events.Add(request.Store, request.Actor.Email, "app-webhook.delete", EventTarget.Of(request.App), before: Words(row, secrets));
        await request.Store.SaveChangesAsync(cancel);
        return ApiJson.Ok(View(row, secrets), ContractsJson.Default.AppWebhook);
    }

    private static async Task<IResult> Events(HttpContext context, AppRequest request, CancellationToken cancel)
    {
        var rows = request.Store.AppWebhookEvents.AsNoTracking().Where(row => row.AppUuid == request.App.Uuid);
        return ApiJson.Ok([.. (await EventOrder.PageAsync(context, rows, cancel)).Select(View)], ContractsJson.Default.IReadOnlyListAppWebhookEvent);
    }

    private static async Task<IResult> Event(string @event, AppRequest request, CancellationToken cancel)
    {
        var found = Guid.TryParse(@event, out var uuid)
            ? await request.Store.AppWebhookEvents.AsNoTracking().FirstOrDefaultAsync(row => row.AppUuid == request.App.Uuid && row.Uuid == uuid, cancel)
            : null;
        return ApiJson.Ok(View(found ?? throw AppRequest.NotFound("webhook event", @event)), ContractsJson.Default.AppWebhookEvent);
    }

    /// <summary>Of one status alone with <c>?eq[status]=failed</c>.</summary>
    private static async Task<IResult> Deliveries(HttpContext context, AppRequest request, CancellationToken cancel)
    {
        var rows = DeliveriesOf(request);
        if (context.Request.Query["eq[status]"].ToString() is { Length: > 0 } status) rows = rows.Where(row => row.Status == status);
        return ApiJson.Ok([.. (await DeliveryOrder.PageAsync(context, rows, cancel)).Select(View)], ContractsJson.Default.IReadOnlyListAppWebhookDelivery);
    }

    private static async Task<IResult> Delivery(string delivery, AppRequest request, CancellationToken cancel)
    {
        var found = Guid.TryParse(delivery, out var uuid) ? await DeliveriesOf(request).FirstOrDefaultAsync(row => row.Uuid == uuid, cancel) : null;
        return ApiJson.Ok(View(found ?? throw AppRequest.NotFound("webhook delivery", delivery)), ContractsJson.Default.AppWebhookDelivery);
    }

    private static IQueryable<AppWebhookRow> Of(AppRequest request) => request.Store.AppWebhooks.Where(row => row.AppUuid == request.App.Uuid);

    private static IQueryable<AppWebhookDeliveryRow> DeliveriesOf(AppRequest request) =>
        request.Store.AppWebhookDeliveries.AsNoTracking().Include(row => row.Webhook).Include(row => row.Event).Where(row => row.Webhook!.AppUuid == request.App.Uuid);

    private static async Task<AppWebhookRow> FindAsync(string named, AppRequest request, CancellationToken cancel) =>
        (Guid.TryParse(named, out var uuid) ? await Of(request).FirstOrDefaultAsync(row => row.Uuid == uuid, cancel) : null) ?? throw AppRequest.NotFound("webhook", named);

    private static IReadOnlyList<string> CheckInclude(IReadOnlyList<string>? include)
    {
        if (include is null || include.Count == 0 || include.FirstOrDefault(one => !WebhookEntity.All.Contains(one)) is { } || include.Contains(null!))
        {
            var unknown = include?.FirstOrDefault(one => one is null || !WebhookEntity.All.Contains(one));
            throw new SlipwayException(422, new SlipwayError("invalid_include", include is { Count: > 0 } ? $"There are no events of {TypedName.Quote(unknown)}." : "A webhook has to be told of something.")
            {
                Why = $"There are {string.Join(", ", WebhookEntity.All)}.",
                Next = "heroku webhooks:add -i api:release,dyno …",
            });
        }

        return [.. include.Distinct(StringComparer.Ordinal)];
    }

    private static string CheckLevel(string? level) => level is WebhookLedger.Notify or WebhookLedger.Sync
        ? level
        : throw new SlipwayException(422, new SlipwayError("invalid_level", $"{TypedName.Quote(level)} is not a level of a webhook.")
        {
            Why = "With notify each event is sent once; with sync again until it is taken, for about a day.",
        });

    private static string? CheckSecret(string? secret) => secret is null or { Length: > 0 and <= LongestSecret } && !(secret ?? "").Any(char.IsControl)
        ? secret
        : throw new SlipwayException(422, new SlipwayError("invalid_secret", $"A secret has 1 to {LongestSecret} printable characters."));

    /// <returns>Null to leave it, empty to send none.</returns>
    private static string? CheckAuthorization(string? header) => header is null || header.Length <= LongestAuthorization && header.All(letter => letter is >= ' ' and <= '~')
        ? header
        : throw new SlipwayException(422, new SlipwayError("invalid_authorization", $"An Authorization header has at most {LongestAuthorization} characters, all of them printable ASCII."));

    /// <summary>Without what its address may hold of secrets.</summary>
    private static string Words(AppWebhookRow row, SecretBox secrets)
    {
        var url = new Uri(secrets.Open(row.Url));
        return $"{string.Join(",", WebhookLedger.IncludeOf(row))} to {url.Scheme}://{url.Authority} ({row.Level})";
    }

    private static AppWebhook View(AppWebhookRow row, SecretBox secrets) =>
        new(row.Uuid, WebhookLedger.IncludeOf(row), row.Level, new Uri(secrets.Open(row.Url)), row.CreatedAt, row.UpdatedAt);

    private static AppWebhookEvent View(AppWebhookEventRow row) => new(
        row.Uuid, row.Include, JsonSerializer.Deserialize(row.Payload, ContractsJson.Default.AppWebhookPayload)! with { Sequence = row.Id }, row.CreatedAt, row.CreatedAt);

    private static AppWebhookDelivery View(AppWebhookDeliveryRow row) => new()
    {
        Id = row.Uuid,
        Event = new AppWebhookEventReference(row.Event!.Uuid, row.Event.Include),
        Webhook = new AppWebhookReference(row.Webhook!.Uuid, row.Webhook.Level),
        Status = row.Status,
        NumAttempts = row.Attempts,
        NextAttemptAt = row.NextAt,
        LastAttempt = row is { LastId: { } id, LastAt: { } at }
            ? new AppWebhookAttempt(id, row.LastCode, row.LastError, row.LastCode is >= 200 and < 300 ? WebhookLedger.Succeeded : WebhookLedger.Failed, at, row.UpdatedAt)
            : null,
        CreatedAt = row.CreatedAt,
        UpdatedAt = row.UpdatedAt,
    };
}
