using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Control.Access;
using Slipway.Control.Addons;
using Slipway.Control.Secrets;
using Slipway.Control.Store;

namespace Slipway.Control.Api;

/// <summary>Add-ons and attachments by whatever a person calls them, and add-ons without their app. Only what the caller may see is found.</summary>
internal static class AddonActionsApi
{
    public static void MapAddonActions(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/addons/{addon}", Get).WithName("addon.show-any").In(Area.Apps);
        routes.MapGet("/addons/{addon}/addon-attachments", Attachments).WithName("addon-attachment.list-by-addon").In(Area.Apps);
        routes.MapGet("/addons/{addon}/config", Config).WithName("addon-config.list").In(Area.Secrets);
        routes.MapPost("/actions/addons/resolve", Resolve).WithName("addon.resolve");
        routes.MapPost("/actions/addon-attachments/resolve", ResolveAttachment).WithName("addon-attachment.resolve");
    }

    public static IQueryable<AddonRow> Visible(SlipwayStore store, Actor actor, AppPermission needed = AppPermission.View)
    {
        var apps = AppRequest.Visible(store, actor, needed);
        return store.Addons.Where(row => apps.Any(app => app.Id == row.AppId) || store.AddonAttachments.Any(one => one.AddonId == row.Id && apps.Any(app => app.Id == one.AppId)));
    }

    /// <summary>By name or id.</summary>
    public static async Task<AddonRow> FindAsync(SlipwayStore store, Actor actor, string named, AppPermission needed, CancellationToken cancel) =>
        await (Guid.TryParse(named, out var uuid)
            ? Visible(store, actor, needed).FirstOrDefaultAsync(row => row.Uuid == uuid, cancel)
            : Visible(store, actor, needed).FirstOrDefaultAsync(row => row.Name == named, cancel))
            ?? throw AppRequest.NotFound("add-on", named);

    private static async Task<IResult> Get(string addon, Actor actor, SlipwayStore store, CancellationToken cancel) =>
        ApiJson.Ok((await AddonViews.OfAsync(store, [await FindAsync(store, actor, addon, AppPermission.View, cancel)], null, cancel))[0], ContractsJson.Default.Addon);

    private static async Task<IResult> Attachments(string addon, Actor actor, SlipwayStore store, CancellationToken cancel) =>
        ApiJson.Ok(await AttachmentsApi.OfAddonAsync(store, await FindAsync(store, actor, addon, AppPermission.View, cancel), cancel), ContractsJson.Default.IReadOnlyListAddonAttachment);

    private static async Task<IResult> Config(string addon, Actor actor, SlipwayStore store, SecretBox secrets, PublicAddresses addresses, CancellationToken cancel)
    {
        var row = await FindAsync(store, actor, addon, AppPermission.Deploy, cancel);
        return ApiJson.Ok([new AddonConfig("url", addresses.Show(row, secrets.Open(row.Url)))], ContractsJson.Default.IReadOnlyListAddonConfig);
    }

    private static async Task<IResult> Resolve(HttpContext context, Actor actor, SlipwayStore store, CancellationToken cancel)
    {
        var body = await context.ReadAsync(ContractsJson.Default.ResolveAddonRequest);
        var (app, named) = Split(body.App, body.Addon);
        var rows = await Visible(store, actor).OrderBy(row => row.Id).ToListAsync(cancel);
        var attached = await AttachedAsync(store, actor, app, cancel);
        if (app is not null) rows = [.. rows.Where(row => attached.Any(one => one.AddonId == row.Id))];
        if (body.AddonService is { } service) rows = [.. rows.Where(row => IsOf(row, service))];
        var exact = rows.Where(row => row.Name == named || row.Uuid.ToString() == named).ToList();
        var found = exact.Count > 0 ? exact : [.. rows.Where(row => attached.Any(one => one.AddonId == row.Id && AttachmentLedger.IsCalled(one, named)))];
        if (found.Count == 0) found = [.. rows.Where(row => IsOf(row, named) || row.Name.StartsWith(named, StringComparison.Ordinal))];
        if (found.Count == 0) throw AppRequest.NotFound("add-on", named);
        return ApiJson.Ok(await AddonViews.OfAsync(store, found, null, cancel), ContractsJson.Default.IReadOnlyListAddon);
    }

    private static async Task<IResult> ResolveAttachment(HttpContext context, Actor actor, SlipwayStore store, CancellationToken cancel)
    {
        var body = await context.ReadAsync(ContractsJson.Default.ResolveAttachmentRequest);
        var (app, named) = Split(body.App, body.AddonAttachment);
        var rows = await AttachedAsync(store, actor, app, cancel);
        var addons = await Visible(store, actor).ToDictionaryAsync(row => row.Id, cancel);
        rows = [.. rows.Where(row => addons.ContainsKey(row.AddonId) && (body.AddonService is null || IsOf(addons[row.AddonId], body.AddonService)))];
        var found = rows.Where(row => AttachmentLedger.IsCalled(row, named) || row.Uuid.ToString() == named).ToList();
        if (found.Count == 0) found = [.. rows.Where(row => addons[row.AddonId].Name == named || addons[row.AddonId].Uuid.ToString() == named || IsOf(addons[row.AddonId], named))];
        if (found.Count == 0) throw AppRequest.NotFound("attachment", named);
        var ids = found.Select(row => row.Id).ToList();
        return ApiJson.Ok(await AttachmentsApi.ViewsAsync(store, store.AddonAttachments.Where(row => ids.Contains(row.Id)), cancel), ContractsJson.Default.IReadOnlyListAddonAttachment);
    }

    private static Task<List<AddonAttachmentRow>> AttachedAsync(SlipwayStore store, Actor actor, string? app, CancellationToken cancel)
    {
        var apps = AppRequest.Visible(store, actor);
        return store.AddonAttachments.Where(row => apps.Any(one => one.Id == row.AppId && (app == null || one.Name == app || one.Uuid.ToString() == app))).OrderBy(row => row.Id).ToListAsync(cancel);
    }

    /// <summary><c>app::DATABASE</c> names both.</summary>
    private static (string? App, string Named) Split(string? app, string? named)
    {
        var parts = (named ?? "").Split("::", 2);
        return parts.Length == 2 ? (parts[0], parts[1]) : (app, parts[0]);
    }

    private static bool IsOf(AddonRow row, string service) => row.Service == service || AddonKinds.Of(row.Service).PublicName == service;
}
