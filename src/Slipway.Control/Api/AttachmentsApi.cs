using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Contracts;
using Slipway.Control.Access;
using Slipway.Control.Addons;
using Slipway.Control.Api.Lists;
using Slipway.Control.Deploys;
using Slipway.Control.Events;
using Slipway.Control.Store;

namespace Slipway.Control.Api;

/// <summary>Which app has which add-on: an add-on belongs to one app, and others may use it.</summary>
internal static class AttachmentsApi
{
    private static readonly Sorting<AddonAttachmentRow> Order = new Sorting<AddonAttachmentRow>(row => row.Uuid).Text("name", row => row.Name).Id();

    public static void MapAttachments(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/apps/{app}/addon-attachments", List).WithName("addon-attachment.list");
        routes.MapGet("/apps/{app}/addon-attachments/{attachment}", Get).WithName("addon-attachment.show");
        routes.MapGet("/addon-attachments", ListAll).WithName("addon-attachment.list-all").In(Area.Apps);
        routes.MapPost("/addon-attachments", Create).WithName("addon-attachment.create").In(Area.Apps);
        routes.MapDelete("/addon-attachments/{attachment}", Delete).WithName("addon-attachment.delete").In(Area.Apps);
    }

    public static async Task<IReadOnlyList<AddonAttachment>> OfAddonAsync(SlipwayStore store, AddonRow addon, CancellationToken cancel) =>
        await ViewsAsync(store, store.AddonAttachments.Where(row => row.AddonId == addon.Id), cancel);

    private static async Task<IResult> ListAll(Actor actor, SlipwayStore store, CancellationToken cancel)
    {
        var apps = AppRequest.Visible(store, actor);
        return ApiJson.Ok(await ViewsAsync(store, store.AddonAttachments.Where(row => apps.Any(app => app.Id == row.AppId)), cancel), ContractsJson.Default.IReadOnlyListAddonAttachment);
    }

    private static async Task<IResult> List(HttpContext context, AppRequest request, CancellationToken cancel)
    {
        var page = await Order.PageAsync(context, request.Store.AddonAttachments.AsNoTracking().Where(row => row.AppId == request.App.Id), cancel);
        var (ids, order) = (page.Select(row => row.Id).ToList(), page.Index().ToDictionary(one => one.Item.Uuid, one => one.Index));
        var views = await ViewsAsync(request.Store, request.Store.AddonAttachments.Where(row => ids.Contains(row.Id)), cancel);
        return ApiJson.Ok([.. views.OrderBy(view => order[view.Id])], ContractsJson.Default.IReadOnlyListAddonAttachment);
    }

    private static async Task<IResult> Get(string attachment, AppRequest request, CancellationToken cancel)
    {
        var rows = await request.Store.AddonAttachments.AsNoTracking().Where(row => row.AppId == request.App.Id).ToListAsync(cancel);
        var found = rows.FirstOrDefault(row => row.Uuid.ToString() == attachment || AttachmentLedger.IsCalled(row, attachment))
            ?? throw AppRequest.NotFound("attachment", attachment);
        return ApiJson.Ok((await ViewsAsync(request.Store, request.Store.AddonAttachments.Where(row => row.Id == found.Id), cancel))[0], ContractsJson.Default.AddonAttachment);
    }

    /// <summary>The caller must be allowed to see both the app that owns the add-on and the one that is to have it.</summary>
    private static async Task<IResult> Create(
        HttpContext context, Actor actor, SlipwayStore store, Deployer deployer, EventLog events, CancellationToken cancel)
    {
        var body = await context.ReadAsync(ContractsJson.Default.CreateAddonAttachmentRequest);
        var visible = AppRequest.Visible(store, actor, AppPermission.Operate);
        var (appId, addonId) = (Guid.TryParse(body.App, out var one) ? one : (Guid?)null, Guid.TryParse(body.Addon, out var other) ? other : (Guid?)null);
        var app = await visible.AsNoTracking().FirstOrDefaultAsync(row => row.Name == body.App || row.Uuid == appId, cancel)
            ?? throw AppRequest.NotFound("app", body.App);
        var addon = await store.Addons.AsNoTracking()
            .Where(row => visible.Any(owner => owner.Id == row.AppId))
            .FirstOrDefaultAsync(row => row.Name == body.Addon || row.Uuid == addonId, cancel) ?? throw AppRequest.NotFound("add-on", body.Addon);
        if (addon.State != AddonState.Provisioned) throw NotReady(addon);
        var (deploy, row) = await deployer.StartAttachAsync(app.Id, addon, body.Name, body.Confirm is { } confirmed && (confirmed == app.Name || confirmed == app.Uuid.ToString()), actor.AccountId, cancel);
        await events.RecordAsync(actor.Email, "addon.attach", EventTarget.Of(app), null, $"{addon.Name} as {row.Name}", EventLog.Ok, cancel);
        context.Response.Headers[ConfigVarsApi.DeployHeader] = deploy.Uuid.ToString();
        return ApiJson.Created((await ViewsAsync(store, store.AddonAttachments.Where(one => one.Id == row.Id), cancel))[0], ContractsJson.Default.AddonAttachment);
    }

    /// <param name="attachment">Its id.</param>
    private static async Task<IResult> Delete(
        Guid attachment, HttpContext context, Actor actor, SlipwayStore store, Deployer deployer, EventLog events, CancellationToken cancel)
    {
        var row = await store.AddonAttachments.AsNoTracking().FirstOrDefaultAsync(one => one.Uuid == attachment, cancel);
        var app = row is null ? null : await AppRequest.Visible(store, actor, AppPermission.Operate).AsNoTracking().FirstOrDefaultAsync(one => one.Id == row.AppId, cancel);
        if (row is null || app is null) throw AppRequest.NotFound("attachment", attachment.ToString());
        var addon = await store.Addons.AsNoTracking().SingleAsync(one => one.Id == row.AddonId, cancel);
        if (await store.AddonAttachments.CountAsync(one => one.AddonId == row.AddonId, cancel) == 1) throw IsLast(app, addon);
        var view = (await ViewsAsync(store, store.AddonAttachments.Where(one => one.Id == row.Id), cancel))[0];
        var deploy = await deployer.StartDetachAsync(
            app.Id, one => one.Id == row.Id, $"Detach {row.Name} ({addon.Name})", RemoveAsync(context, row), actor.AccountId, cancel);
        await events.RecordAsync(actor.Email, "addon.detach", EventTarget.Of(app), $"{addon.Name} as {row.Name}", null, EventLog.Ok, cancel);
        context.Response.Headers[ConfigVarsApi.DeployHeader] = deploy.Uuid.ToString();
        return ApiJson.Ok(view, ContractsJson.Default.AddonAttachment);
    }

    // The deploy outlives the request, and the store that came with it.
    private static Func<DeployContext, Task> RemoveAsync(HttpContext context, AddonAttachmentRow row)
    {
        var stores = context.RequestServices.GetRequiredService<IDbContextFactory<SlipwayStore>>();
        return async deploy =>
        {
            await using var store = await stores.CreateDbContextAsync(deploy.Cancel);
            if (await store.AddonAttachments.SingleOrDefaultAsync(one => one.Id == row.Id, deploy.Cancel) is not { } left) return;
            store.AddonAttachments.Remove(left);
            await store.SaveChangesAsync(deploy.Cancel);
        };
    }

    public static async Task<IReadOnlyList<AddonAttachment>> ViewsAsync(SlipwayStore store, IQueryable<AddonAttachmentRow> rows, CancellationToken cancel)
    {
        var found = await rows.AsNoTracking().OrderBy(row => row.Id)
            .Join(store.Addons, row => row.AddonId, addon => addon.Id, (row, addon) => new { row, addon })
            .Join(store.Apps, one => one.row.AppId, app => app.Id, (one, app) => new { one.row, one.addon, app })
            .Join(store.Apps, one => one.addon.AppId, owner => owner.Id, (one, owner) => new { one.row, one.addon, one.app, owner })
            .ToListAsync(cancel);
        return [.. found.Select(one => new AddonAttachment
        {
            Id = one.row.Uuid,
            Name = one.row.Name,
            Addon = new AttachedAddon(one.addon.Uuid, one.addon.Name, new Reference(one.owner.Uuid, one.owner.Name), AddonViews.Plan(one.addon)),
            App = new Reference(one.app.Uuid, one.app.Name),
            ConfigVars = [AttachmentLedger.VariableOf(one.row.Name)],
            CreatedAt = one.row.CreatedAt,
            UpdatedAt = one.row.CreatedAt,
        })];
    }

    private static SlipwayException NotReady(AddonRow addon) =>
        new(409, new SlipwayError("addon_not_ready", $"{addon.Name} is {addon.State}.") { Next = "slipway addons" });

    private static SlipwayException IsLast(AppRow app, AddonRow addon) =>
        new(422, new SlipwayError("last_attachment", $"{app.Name} is the last app that has {addon.Name}.")
        {
            Why = "An add-on that no app has could not be found again.",
            Next = $"To delete it with its data: slipway addons destroy {addon.Name}",
        });
}
