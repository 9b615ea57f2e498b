using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Control.Access;
using Slipway.Control.Api.Lists;
using Slipway.Control.Events;
using Slipway.Control.Store;

namespace Slipway.Control.Api;

/// <summary>Handing an app to another account: its owner offers it, the other takes it.</summary>
internal static class AppTransfersApi
{
    private const string Pending = "pending";
    private const string Accepted = "accepted";
    private const string Declined = "declined";

    private static readonly Sorting<AppTransferRow> Order = new Sorting<AppTransferRow>(row => row.Uuid).Time("created_at", row => row.CreatedAt).Id();

    public static void MapAppTransfers(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/account/app-transfers", List).WithName("app-transfer.list");
        routes.MapPost("/account/app-transfers", Create).WithName("app-transfer.create");
        routes.MapGet("/account/app-transfers/{transfer}", Get).WithName("app-transfer.show");
        routes.MapPatch("/account/app-transfers/{transfer}", Answer).WithName("app-transfer.answer");
        routes.MapDelete("/account/app-transfers/{transfer}", Delete).WithName("app-transfer.delete");
    }

    private static async Task<IResult> List(HttpContext context, Actor actor, SlipwayStore store, CancellationToken cancel) =>
        ApiJson.Ok([.. (await Order.PageAsync(context, Of(store, actor), cancel)).Select(View)], ContractsJson.Default.IReadOnlyListAppTransfer);

    private static async Task<IResult> Get(string transfer, Actor actor, SlipwayStore store, CancellationToken cancel) =>
        ApiJson.Ok(View(await FindAsync(store, actor, transfer, cancel)), ContractsJson.Default.AppTransfer);

    private static async Task<IResult> Create(HttpContext context, Actor actor, SlipwayStore store, EventLog events, TimeProvider time, CancellationToken cancel)
    {
        var body = await context.ReadAsync(ContractsJson.Default.CreateTransferRequest);
        var app = await AppRequest.FindAsync(store, actor, body.App, AppPermission.Manage, cancel);
        var recipient = await AccountNames.FindAsync(store, body.Recipient, cancel);
        if (app.TeamId is null && recipient.Id == app.OwnerId) throw new SlipwayException(422, new SlipwayError("is_owner", $"{recipient.Email} owns {app.Name} already."));
        await store.AppTransfers.Where(row => row.AppId == app.Id && row.State == Pending).ExecuteDeleteAsync(cancel); // the last offer counts
        var now = time.GetUtcNow();
        var made = new AppTransferRow { Uuid = Guid.NewGuid(), AppId = app.Id, OwnerId = actor.AccountId, RecipientId = recipient.Id, State = Pending, CreatedAt = now, UpdatedAt = now };
        store.AppTransfers.Add(made);
        events.Add(store, actor.Email, "app-transfer.create", EventTarget.Of(app), after: recipient.Email);
        await store.SaveChangesAsync(cancel);
        return ApiJson.Created(View(await FindAsync(store, actor, made.Uuid.ToString(), cancel)), ContractsJson.Default.AppTransfer);
    }

    /// <summary>Only the one that it was offered to says yes; both may say no.</summary>
    private static async Task<IResult> Answer(string transfer, HttpContext context, Actor actor, SlipwayStore store, EventLog events, TimeProvider time, CancellationToken cancel)
    {
        var body = await context.ReadAsync(ContractsJson.Default.AnswerTransferRequest);
        var row = await FindAsync(store, actor, transfer, cancel);
        if (body.State is not (Accepted or Declined)) throw new SlipwayException(422, new SlipwayError("invalid_state", $"{TypedName.Quote(body.State)} is not an answer.") { Why = $"It is '{Accepted}' or '{Declined}'." });
        if (row.State != Pending) throw new SlipwayException(422, new SlipwayError("transfer_over", $"The transfer is {row.State} already."));
        if (body.State == Accepted)
        {
            if (row.RecipientId != actor.AccountId) throw new SlipwayException(403, new SlipwayError("forbidden", $"Only {row.Recipient!.Email} can accept this transfer."));
            // Whoever offered it may have lost the right to since.
            var app = await store.Apps.Where(one => one.DestroyedAt == null).Where(AppAccess.Allows(store, Actor.Of(row.Owner!), AppPermission.Manage))
                .SingleOrDefaultAsync(one => one.Id == row.AppId, cancel) ?? throw Void(row);
            (app.OwnerId, app.TeamId, app.Locked, app.UpdatedAt) = (row.RecipientId, null, false, time.GetUtcNow());
        }

        (row.State, row.UpdatedAt) = (body.State, time.GetUtcNow());
        events.Add(store, actor.Email, "app-transfer.answer", EventTarget.Of(row.App!), row.Owner!.Email, $"{body.State} by {row.Recipient!.Email}");
        await store.SaveChangesAsync(cancel);
        return ApiJson.Ok(View(row), ContractsJson.Default.AppTransfer);
    }

    private static async Task<IResult> Delete(string transfer, Actor actor, SlipwayStore store, CancellationToken cancel)
    {
        var row = await FindAsync(store, actor, transfer, cancel);
        store.AppTransfers.Remove(row);
        await store.SaveChangesAsync(cancel);
        return ApiJson.Ok(View(row), ContractsJson.Default.AppTransfer);
    }

    private static IQueryable<AppTransferRow> Of(SlipwayStore store, Actor actor) =>
        store.AppTransfers.Include(row => row.App).Include(row => row.Owner).Include(row => row.Recipient)
            .Where(row => row.OwnerId == actor.AccountId || row.RecipientId == actor.AccountId);

    /// <summary>By its id, or the name of the app that it is about.</summary>
    private static async Task<AppTransferRow> FindAsync(SlipwayStore store, Actor actor, string named, CancellationToken cancel)
    {
        var found = Guid.TryParse(named, out var uuid)
            ? await Of(store, actor).FirstOrDefaultAsync(row => row.Uuid == uuid || row.App!.Uuid == uuid, cancel)
            : await Of(store, actor).OrderByDescending(row => row.Id).FirstOrDefaultAsync(row => row.App!.Name == named, cancel);
        return found ?? throw AppRequest.NotFound("transfer", named);
    }

    private static SlipwayException Void(AppTransferRow row) => new(422, new SlipwayError("transfer_void", $"{row.Owner!.Email} can no longer give {row.App!.Name} away.")
    {
        Why = "An offer holds as long as whoever made it manages the app.",
        Next = "Whoever manages it now can offer it anew: heroku apps:transfer",
    });

    private static AppTransfer View(AppTransferRow row) => new(
        row.Uuid, new Reference(row.App!.Uuid, row.App.Name), new AccountReference(row.Owner!.Uuid, row.Owner.Email),
        new AccountReference(row.Recipient!.Uuid, row.Recipient.Email), row.State, row.CreatedAt, row.UpdatedAt);
}
