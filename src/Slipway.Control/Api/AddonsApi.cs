using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Control.Addons;
using Slipway.Control.Deploys;
using Slipway.Control.Events;
using Slipway.Control.Secrets;
using Slipway.Control.Store;

namespace Slipway.Control.Api;

internal static class AddonsApi
{
    public static void MapAddons(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/apps/{app}/addons", List).WithName("addon.list");
        routes.MapPost("/apps/{app}/addons", Create).WithName("addon.create");
        routes.MapGet("/apps/{app}/addons/{addon}", Get).WithName("addon.show");
        routes.MapDelete("/apps/{app}/addons/{addon}", Delete).WithName("addon.delete");
    }

    private static async Task<IResult> List(AppRequest request, SecretBox secrets, CancellationToken cancel)
    {
        var rows = await request.Store.Addons.AsNoTracking().Where(row => row.AppId == request.App.Id).OrderBy(row => row.Name).ToListAsync(cancel);
        return ApiJson.Ok([.. rows.Select(row => View(request, row, secrets))], ContractsJson.Default.IReadOnlyListAddon);
    }

    private static async Task<IResult> Get(string addon, AppRequest request, SecretBox secrets, CancellationToken cancel) =>
        ApiJson.Ok(View(request, await FindAsync(request, addon, cancel), secrets), ContractsJson.Default.Addon);

    private static async Task<IResult> Create(
        HttpContext context, AppRequest request, Postgresql postgresql, Deployer deployer, SecretBox secrets, EventLog events, CancellationToken cancel)
    {
        var body = await context.ReadAsync(ContractsJson.Default.CreateAddonRequest);
        if (body.Plan?.Split(':')[0] is not (Postgresql.Service or "heroku-postgresql"))
        {
            throw new SlipwayException(422, new SlipwayError("unknown_addon", $"{TypedName.Quote(body.Plan)} is not an add-on of this server.")
            {
                Why = "There is 'postgresql'.",
            });
        }

        var row = await postgresql.ProvisionAsync(request.App.Id, cancel);
        await events.RecordAsync(request.Actor.Email, "addon.create", EventTarget.Of(request.App), null, row.Name, EventLog.Ok, cancel);
        await ReleaseAsync(context, request, deployer, cancel);
        return ApiJson.Created(View(request, row, secrets), ContractsJson.Default.Addon);
    }

    private static async Task<IResult> Delete(
        string addon, HttpContext context, AppRequest request, Postgresql postgresql, Deployer deployer, SecretBox secrets, EventLog events,
        CancellationToken cancel)
    {
        var row = await FindAsync(request, addon, cancel);
        await postgresql.DeprovisionAsync(row.Id, cancel);
        await events.RecordAsync(request.Actor.Email, "addon.delete", EventTarget.Of(request.App), row.Name, null, EventLog.Ok, cancel);
        await ReleaseAsync(context, request, deployer, cancel);
        return ApiJson.Ok(View(request, row, secrets) with { State = "deprovisioned" }, ContractsJson.Default.Addon);
    }

    /// <summary>What an add-on injects is part of a release, so a running app gets a new one.</summary>
    private static async Task ReleaseAsync(HttpContext context, AppRequest request, Deployer deployer, CancellationToken cancel)
    {
        if (request.App.CurrentReleaseId is null) return;
        var deploy = await deployer.StartConfigAsync(request.App.Id, new Dictionary<ConfigKey, string?>(), request.Actor.AccountId, cancel);
        context.Response.Headers[ConfigVarsApi.DeployHeader] = deploy.Uuid.ToString();
    }

    private static async Task<AddonRow> FindAsync(AppRequest request, string named, CancellationToken cancel)
    {
        var rows = request.Store.Addons.AsNoTracking().Where(row => row.AppId == request.App.Id);
        var found = Guid.TryParse(named, out var uuid)
            ? await rows.FirstOrDefaultAsync(row => row.Uuid == uuid, cancel)
            : await rows.FirstOrDefaultAsync(row => row.Name == named, cancel);
        return found ?? throw AppRequest.NotFound("add-on", named);
    }

    private static Addon View(AppRequest request, AddonRow row, SecretBox secrets) => new()
    {
        Id = row.Uuid,
        Name = row.Name,
        AddonService = new Reference(StableId.Of(Guid.Empty, row.Service), row.Service),
        Plan = new Reference(StableId.Of(Guid.Empty, row.Service + ":shared"), row.Service + ":shared"),
        App = request.Reference,
        State = row.State,
        ConfigVars = [.. secrets.OpenMap(row.ConfigVars).Keys.Order(StringComparer.Ordinal)],
        CreatedAt = row.CreatedAt,
        UpdatedAt = row.CreatedAt,
    };
}
