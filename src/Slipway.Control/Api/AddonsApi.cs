using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Server;
using Slipway.Control.Access;
using Slipway.Control.Addons;
using Slipway.Control.Api.Lists;
using Slipway.Control.Deploys;
using Slipway.Control.Events;
using Slipway.Control.Secrets;
using Slipway.Control.Store;

namespace Slipway.Control.Api;

internal static class AddonsApi
{
    private static readonly Sorting<AddonRow> Order = new Sorting<AddonRow>(row => row.Uuid).Text("name", row => row.Name, isUnique: true).Id();

    public static void MapAddons(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/addons", ListAll).WithName("addon.list-all").In(Area.Apps);
        routes.MapGet("/apps/{app}/addons", List).WithName("addon.list");
        routes.MapPost("/apps/{app}/addons", Create).WithName("addon.create").Needs(AppPermission.Operate);
        routes.MapGet("/apps/{app}/addons/{addon}", Get).WithName("addon.show");
        routes.MapPatch("/apps/{app}/addons/{addon}", Update).WithName("addon.update").Needs(AppPermission.Operate);
        routes.MapDelete("/apps/{app}/addons/{addon}", Delete).WithName("addon.delete").Needs(AppPermission.Operate);
        routes.MapPatch("/slipway/apps/{app}/addons/{addon}", Expose).WithName("addon.expose").Needs(AppPermission.Operate);
        routes.MapGet("/slipway/apps/{app}/addons/{addon}", Details).WithName("addon.details");
    }

    /// <summary>The add-ons of all apps that the caller may see.</summary>
    private static async Task<IResult> ListAll(HttpContext context, Actor actor, SlipwayStore store, CancellationToken cancel)
    {
        var rows = await Order.PageAsync(context, store.Addons.AsNoTracking().Where(row => AppRequest.Visible(store, actor).Any(app => app.Id == row.AppId)), cancel);
        return ApiJson.Ok(await AddonViews.OfAsync(store, rows, null, cancel), ContractsJson.Default.IReadOnlyListAddon);
    }

    private static async Task<IResult> List(HttpContext context, AppRequest request, CancellationToken cancel) =>
        ApiJson.Ok(await AddonViews.OfAsync(request.Store, await Order.PageAsync(context, OfApp(request), cancel), request.App.Id, cancel), ContractsJson.Default.IReadOnlyListAddon);

    private static async Task<IResult> Get(string addon, AppRequest request, CancellationToken cancel) =>
        ApiJson.Ok(await ViewAsync(request, await FindAsync(request, addon, cancel), cancel), ContractsJson.Default.Addon);

    private static async Task<IResult> Create(HttpContext context, AppRequest request, Deployer deployer, EventLog events, CancellationToken cancel)
    {
        var body = await context.ReadAsync(ContractsJson.Default.CreateAddonRequest);
        var (kind, plan) = AddonKinds.Named(body.Plan);
        var (deploy, row) = await deployer.StartAddonAsync(request.App.Id, new AddonRequest(kind, plan, body.Attachment?.Name, body.Name), request.Actor.AccountId, cancel);
        await events.RecordAsync(request.Actor.Email, "addon.create", EventTarget.Of(request.App), null, row.Name, EventLog.Ok, cancel);
        context.Response.Headers[ConfigVarsApi.DeployHeader] = deploy.Uuid.ToString();
        return ApiJson.Created(await ViewAsync(request, row, cancel), ContractsJson.Default.Addon);
    }

    /// <summary>Another name. Another plan is one of the same server, or the data would have to move.</summary>
    private static async Task<IResult> Update(string addon, HttpContext context, AppRequest request, EventLog events, CancellationToken cancel)
    {
        var body = await context.ReadAsync(ContractsJson.Default.UpdateAddonRequest);
        var row = await OwnAsync(request, addon, cancel);
        if (body.Plan is { } asked && AddonKinds.Named(asked) is var (kind, plan) && (kind.Service != row.Service || plan != row.Plan))
            throw new SlipwayException(422, new SlipwayError("cannot_change_plan", $"{row.Name} cannot become {kind.PublicName}:{plan}.")
            {
                Why = "Its data would have to move to another server.", Next = $"slipway addons create {kind.Service}:{plan}, copy the data, then destroy {row.Name}",
            });
        if (body.Name is { } name && name != row.Name)
        {
            var before = row.Name;
            row.Name = await AddonLedger.CheckNameAsync(request.Store, name, cancel);
            events.Add(request.Store, request.Actor.Email, "addon.update", EventTarget.Of(request.App), before, name);
            await request.Store.SaveChangesAsync(cancel);
        }

        return ApiJson.Ok(await ViewAsync(request, row, cancel), ContractsJson.Default.Addon);
    }

    private static async Task<IResult> Expose(
        string addon, HttpContext context, AppRequest request, ServerConfig server, PostgresDoor door, EventLog events, CancellationToken cancel)
    {
        var body = await context.ReadAsync(ContractsJson.Default.ExposeAddonRequest);
        var row = await OwnAsync(request, addon, cancel);
        if (body.Exposed is true && (row.Service != Postgresql.Name || server.PostgresPort == 0))
            throw new SlipwayException(422, new SlipwayError("cannot_expose", $"{row.Name} cannot be reached from outside.")
            {
                Why = server.PostgresPort == 0 ? "This server has no port for that." : "Only PostgreSQL databases can.", Next = "slipway db shell runs a client inside.",
            });
        if (body.Exposed is { } exposed && exposed != row.Exposed)
        {
            row.Exposed = exposed;
            events.Add(request.Store, request.Actor.Email, "addon.expose", EventTarget.Of(request.App), after: $"{row.Name} {(exposed ? "can be reached from outside" : "is inside only")}");
            await request.Store.SaveChangesAsync(cancel);
            door.Look();
        }

        return ApiJson.Ok(await ViewAsync(request, row, cancel), ContractsJson.Default.Addon);
    }

    private static async Task<AddonRow> OwnAsync(AppRequest request, string named, CancellationToken cancel)
    {
        var found = await FindAsync(request, named, cancel);
        if (found.AppId != request.App.Id) throw NotOwner(request.App, found);
        return await request.Store.Addons.SingleAsync(row => row.Id == found.Id, cancel);
    }

    /// <summary>First a release without it, then its end: a release that cannot do without keeps it.</summary>
    private static async Task<IResult> Delete(
        string addon, HttpContext context, AppRequest request, Deployer deployer, AddonProvisioning provisioning, EventLog events, CancellationToken cancel)
    {
        var row = await FindAsync(request, addon, cancel);
        if (row.AppId != request.App.Id) throw NotOwner(request.App, row);
        await CheckNotSharedAsync(request, row, cancel);
        var view = await ViewAsync(request, row, cancel);
        var deploy = await deployer.StartDetachAsync(
            request.App.Id, attachment => attachment.AddonId == row.Id, $"Remove {row.Name}",
            deploy => deploy.Log.StepAsync("addon", $"Deleting {row.Name} with its data", async () =>
            {
                await provisioning.DeprovisionAsync(row.Id, deploy.Cancel);
                return null;
            }),
            request.Actor.AccountId, cancel);
        await events.RecordAsync(request.Actor.Email, "addon.delete", EventTarget.Of(request.App), row.Name, null, EventLog.Ok, cancel);
        context.Response.Headers[ConfigVarsApi.DeployHeader] = deploy.Uuid.ToString();
        return ApiJson.Ok(view with { State = AddonState.Deprovisioned }, ContractsJson.Default.Addon);
    }

    /// <summary>What the add-on says of itself now.</summary>
    private static async Task<IResult> Details(string addon, AppRequest request, AddonConsole console, SecretBox secrets, CancellationToken cancel)
    {
        var row = await FindAsync(request, addon, cancel);
        var server = await request.Store.AddonServers.AsNoTracking().SingleAsync(one => one.Id == row.ServerId, cancel);
        var facts = await console.FactsAsync(row, server, cancel);
        var plan = AddonKinds.Of(row.Service).Plans.Single(plan => plan.Name == row.Plan);
        var attached = await AttachmentsApi.OfAddonAsync(request.Store, row, cancel);
        var url = new Uri(secrets.Open(row.Url));
        return ApiJson.Ok(
            new AddonDetails(await ViewAsync(request, row, cancel), plan.Words, url.Host, url.Port, [.. facts.Select(fact => new AddonFact(fact.Key, fact.Value))], attached),
            ContractsJson.Default.AddonDetails);
    }

    /// <summary>By name, id, name of the attachment or of the service where that is one.</summary>
    private static async Task<AddonRow> FindAsync(AppRequest request, string named, CancellationToken cancel)
    {
        var rows = await OfApp(request).OrderBy(row => row.Name).ToListAsync(cancel);
        var attached = await request.Store.AddonAttachments.AsNoTracking().Where(row => row.AppId == request.App.Id).ToListAsync(cancel);
        return rows.FirstOrDefault(row => row.Name == named || row.Uuid.ToString() == named)
            ?? rows.FirstOrDefault(row => attached.Any(one => one.AddonId == row.Id && AttachmentLedger.IsCalled(one, named)))
            ?? (rows.Where(row => row.Service == named || AddonKinds.Of(row.Service).PublicName == named).ToList() is [var only] ? only : null)
            ?? throw AppRequest.NotFound("add-on", named);
    }

    /// <summary>Those that the app owns, and those of others that it has attached.</summary>
    private static IQueryable<AddonRow> OfApp(AppRequest request) =>
        request.Store.Addons.AsNoTracking()
            .Where(row => row.AppId == request.App.Id || request.Store.AddonAttachments.Any(one => one.AddonId == row.Id && one.AppId == request.App.Id));

    private static async Task CheckNotSharedAsync(AppRequest request, AddonRow row, CancellationToken cancel)
    {
        var others = await request.Store.AddonAttachments.Where(one => one.AddonId == row.Id && one.AppId != request.App.Id)
            .Join(request.Store.Apps, one => one.AppId, app => app.Id, (one, app) => app.Name).Distinct().ToListAsync(cancel);
        if (others.Count == 0) return;
        throw new SlipwayException(409, new SlipwayError("addon_attached", $"{row.Name} is attached to {string.Join(", ", others)} as well.")
        {
            Why = "Its data would be gone for those too.",
            Next = string.Join(" ; ", others.Select(app => $"slipway addons detach {row.Name} -a {app}")),
        });
    }

    private static async Task<Addon> ViewAsync(AppRequest request, AddonRow row, CancellationToken cancel) =>
        (await AddonViews.OfAsync(request.Store, [row], request.App.Id, cancel))[0];

    private static SlipwayException NotOwner(AppRow app, AddonRow row) =>
        new(422, new SlipwayError("not_the_owner", $"{row.Name} is only attached to {app.Name}; another app owns it.")
        {
            Next = $"slipway addons detach {row.Name} -a {app.Name}",
        });
}
