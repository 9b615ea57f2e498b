using System.Buffers.Text;
using System.Net.Mail;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Diagnoses;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Control.Access;
using Slipway.Control.Alerts;
using Slipway.Control.Api.Lists;
using Slipway.Control.AppWebhooks;
using Slipway.Control.Events;
using Slipway.Control.Remotes;
using Slipway.Control.Secrets;
using Slipway.Control.Store;

namespace Slipway.Control.Api;

/// <summary>What people are told of without asking, and who is told: of one app, or of all and of the server.</summary>
internal static class AlertsApi
{
    private const int MostTargets = 20;

    private static readonly Sorting<AlertRow> Order = new Sorting<AlertRow>(row => row.Uuid).Time("first_at", row => row.FirstAt).Id();
    private static readonly Sorting<AlertTargetRow> TargetOrder = new Sorting<AlertTargetRow>(row => row.Uuid).Time("created_at", row => row.CreatedAt).Id();

    public static void MapAlerts(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/slipway/alerts", ListAll).WithName("alert.list").AdminOnly();
        routes.MapPost("/slipway/alerts/test", TestAll).WithName("alert.test").AdminOnly();
        routes.MapGet("/slipway/alert-targets", ListAllTargets).WithName("alert-target.list").AdminOnly();
        routes.MapPost("/slipway/alert-targets", CreateForAll).WithName("alert-target.create").AdminOnly();
        routes.MapDelete("/slipway/alert-targets/{target}", DeleteOfAll).WithName("alert-target.delete").AdminOnly();
        routes.MapGet("/slipway/apps/{app}/alerts", ListOfApp).WithName("app-alert.list");
        routes.MapPost("/slipway/apps/{app}/alerts/test", TestOfApp).WithName("app-alert.test").Needs(AppPermission.Operate);
        routes.MapGet("/slipway/apps/{app}/alert-targets", ListTargetsOfApp).WithName("app-alert-target.list").Needs(AppPermission.Operate);
        routes.MapPost("/slipway/apps/{app}/alert-targets", CreateForApp).WithName("app-alert-target.create").Needs(AppPermission.Operate).In(Area.Secrets);
        routes.MapDelete("/slipway/apps/{app}/alert-targets/{target}", DeleteOfApp).WithName("app-alert-target.delete").Needs(AppPermission.Operate);
    }

    private static Task<IResult> ListAll(HttpContext context, SlipwayStore store, CancellationToken cancel) => ListAsync(context, store.Alerts, cancel);

    private static Task<IResult> ListOfApp(HttpContext context, AppRequest request, CancellationToken cancel) =>
        ListAsync(context, request.Store.Alerts.Where(row => row.AppId == request.App.Id), cancel);

    private static async Task<IResult> ListAsync(HttpContext context, IQueryable<AlertRow> rows, CancellationToken cancel)
    {
        var page = await Order.PageAsync(context, rows.AsNoTracking().Include(row => row.App).Include(row => row.Deliveries), cancel, newestFirst: true);
        return ApiJson.Ok([.. page.Select(AlertBook.View)], ContractsJson.Default.IReadOnlyListAlert);
    }

    private static Task<IResult> TestAll(Actor actor, AlertBook book, SlipwayStore store, CancellationToken cancel) => TestAsync(actor, book, store, null, cancel);

    private static Task<IResult> TestOfApp(Actor actor, AlertBook book, AppRequest request, CancellationToken cancel) => TestAsync(actor, book, request.Store, request.App, cancel);

    private static async Task<IResult> TestAsync(Actor actor, AlertBook book, SlipwayStore store, AppRow? app, CancellationToken cancel)
    {
        var key = Guid.NewGuid().ToString();
        await book.AddAsync(store, new Alarm(AlertKind.Test, app?.Id, key, new Diagnosis("alert_test", "Alerts arrive")
        {
            Confidence = Confidence.Certain,
            Happened = $"{actor.Email} asked for this message.",
            Page = "docs/alerts.md",
        }), cancel);
        await store.SaveChangesAsync(cancel);
        var row = await store.Alerts.AsNoTracking().Include(one => one.App).Include(one => one.Deliveries).SingleAsync(one => one.Kind == AlertKind.Test && one.Key == key, cancel);
        return ApiJson.Created(AlertBook.View(row), ContractsJson.Default.Alert);
    }

    private static Task<IResult> ListAllTargets(HttpContext context, SlipwayStore store, SecretBox secrets, CancellationToken cancel) => ListTargetsAsync(context, store.AlertTargets, secrets, cancel);

    private static Task<IResult> ListTargetsOfApp(HttpContext context, AppRequest request, SecretBox secrets, CancellationToken cancel) =>
        ListTargetsAsync(context, request.Store.AlertTargets.Where(row => row.AppId == request.App.Id), secrets, cancel);

    private static async Task<IResult> ListTargetsAsync(HttpContext context, IQueryable<AlertTargetRow> rows, SecretBox secrets, CancellationToken cancel)
    {
        var page = await TargetOrder.PageAsync(context, rows.AsNoTracking().Include(row => row.App), cancel);
        return ApiJson.Ok([.. page.Select(row => View(row, secrets))], ContractsJson.Default.IReadOnlyListAlertTarget);
    }

    private static Task<IResult> CreateForAll(HttpContext context, Actor actor, SlipwayStore store, SecretBox secrets, Outbound outbound, EventLog events, TimeProvider time, CancellationToken cancel) =>
        CreateAsync(context, actor, store, null, secrets, outbound, events, time, cancel);

    private static Task<IResult> CreateForApp(HttpContext context, Actor actor, AppRequest request, SecretBox secrets, Outbound outbound, EventLog events, TimeProvider time, CancellationToken cancel) =>
        CreateAsync(context, actor, request.Store, request.App, secrets, outbound, events, time, cancel);

    private static async Task<IResult> CreateAsync(
        HttpContext context, Actor actor, SlipwayStore store, AppRow? app, SecretBox secrets, Outbound outbound, EventLog events, TimeProvider time, CancellationToken cancel)
    {
        var body = await context.ReadAsync(ContractsJson.Default.CreateAlertTargetRequest);
        if (body is not ({ Mail: not null, Webhook: null } or { Mail: null, Webhook: not null })) throw Invalid("Exactly one of mail and webhook is to be said.");
        var id = app?.Id;
        if (await store.AlertTargets.CountAsync(row => row.AppId == id, cancel) >= MostTargets)
            throw new SlipwayException(422, new SlipwayError("too_many_alert_targets", $"At most {MostTargets} are told.") { Next = "slipway alerts remove one" });
        var target = new AlertTargetRow { Uuid = Guid.CreateVersion7(), AppId = id, CreatedAt = time.GetUtcNow() };
        string? secret = null;
        if (body.Mail is { } mail)
        {
            target.Mail = MailAddress.TryCreate(mail, out var address) && address.Address == mail && mail.Length <= 254 ? mail : throw Invalid($"{TypedName.Quote(mail)} is not a mail address.");
            if (await store.AlertTargets.AnyAsync(row => row.AppId == id && row.Mail == mail, cancel))
                throw new SlipwayException(422, new SlipwayError("alert_target_exists", $"{mail} is told already.") { Next = "slipway alerts test" });
        }
        else
        {
            target.Webhook = secrets.Seal((await WebhookUrl.CheckAsync(body.Webhook, outbound, cancel)).AbsoluteUri);
            target.Secret = secrets.Seal(secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)));
        }

        store.AlertTargets.Add(target);
        events.Add(store, actor.Email, "alert-target.create", Target(app), null, Named(target, secrets));
        await store.SaveChangesAsync(cancel);
        target.App = app;
        return ApiJson.Created(View(target, secrets) with { Secret = secret }, ContractsJson.Default.AlertTarget);
    }

    private static Task<IResult> DeleteOfAll(string target, Actor actor, SlipwayStore store, SecretBox secrets, EventLog events, CancellationToken cancel) =>
        DeleteAsync(target, actor, store, null, secrets, events, cancel);

    private static Task<IResult> DeleteOfApp(string target, Actor actor, AppRequest request, SecretBox secrets, EventLog events, CancellationToken cancel) =>
        DeleteAsync(target, actor, request.Store, request.App, secrets, events, cancel);

    private static async Task<IResult> DeleteAsync(string named, Actor actor, SlipwayStore store, AppRow? app, SecretBox secrets, EventLog events, CancellationToken cancel)
    {
        var id = app?.Id;
        var row = (Guid.TryParse(named, out var uuid) ? await store.AlertTargets.Include(one => one.App).SingleOrDefaultAsync(one => one.AppId == id && one.Uuid == uuid, cancel)
            : await store.AlertTargets.Include(one => one.App).FirstOrDefaultAsync(one => one.AppId == id && one.Mail == named, cancel)) ?? throw AppRequest.NotFound("alert target", named);
        store.AlertTargets.Remove(row);
        events.Add(store, actor.Email, "alert-target.delete", Target(app), Named(row, secrets));
        await store.SaveChangesAsync(cancel);
        return ApiJson.Ok(View(row, secrets), ContractsJson.Default.AlertTarget);
    }

    private static EventTarget Target(AppRow? app) => app is null ? new EventTarget("server") : EventTarget.Of(app);

    private static string Named(AlertTargetRow row, SecretBox secrets) => row.Mail ?? $"webhook {HostOf(row, secrets)}";

    private static string HostOf(AlertTargetRow row, SecretBox secrets) => new Uri(secrets.Open(row.Webhook!)).GetLeftPart(UriPartial.Authority);

    private static AlertTarget View(AlertTargetRow row, SecretBox secrets) => new(row.Uuid, row.Mail, row.Webhook is null ? null : HostOf(row, secrets), row.App?.Name, null, row.CreatedAt);

    private static SlipwayException Invalid(string why) => new(422, new SlipwayError("invalid_alert_target", "That is nobody whom alerts can be sent to.")
    {
        Why = why,
        Next = "slipway alerts add ops@example.org, or slipway alerts add https://chat.example.org/hooks/…",
    });
}
