using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Deploys;
using Slipway.Control.Access;
using Slipway.Control.Api.Lists;
using Slipway.Control.Deploys;
using Slipway.Control.Events;
using Slipway.Control.Store;

namespace Slipway.Control.Api;

internal static class DeploysApi
{
    private static readonly Sorting<DeployRow> Order = new Sorting<DeployRow>(row => row.Uuid).Time("created_at", row => row.CreatedAt).Id();

    public static void MapDeploys(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/slipway/apps/{app}/deploys", List).WithName("deploy.list");
        routes.MapGet("/slipway/apps/{app}/deploys/{deploy}", Get).WithName("deploy.show");
        routes.MapGet("/slipway/apps/{app}/deploys/{deploy}/events", Events).WithName("deploy.events");
        routes.MapPost("/slipway/apps/{app}/deploys/{deploy}/cancel", Cancel).WithName("deploy.cancel").Needs(AppPermission.Deploy);
    }

    /// <summary>Newest first.</summary>
    private static async Task<IResult> List(HttpContext context, AppRequest request, CancellationToken cancel)
    {
        var rows = await Order.PageAsync(context, Of(request), cancel, newestFirst: true);
        var ids = rows.Select(row => row.ReleaseId).OfType<long>().ToList();
        var versions = await request.Store.Releases.Where(row => ids.Contains(row.Id)).ToDictionaryAsync(row => row.Id, row => row.Version, cancel);
        return ApiJson.Ok([.. rows.Select(row => View(request, row, row.ReleaseId is { } id ? versions[id] : null))], ContractsJson.Default.IReadOnlyListDeploy);
    }

    private static async Task<IResult> Get(string deploy, AppRequest request, CancellationToken cancel)
    {
        var row = await FindAsync(request, deploy, cancel);
        var version = await request.Store.Releases.Where(release => release.Id == row.ReleaseId).Select(release => (int?)release.Version).FirstOrDefaultAsync(cancel);
        return ApiJson.Ok(View(request, row, version), ContractsJson.Default.Deploy);
    }

    private static async Task<IResult> Events(string deploy, AppRequest request, DeployLogs logs, CancellationToken cancel) =>
        new DeployStream(logs.FollowAsync((await FindAsync(request, deploy, cancel)).Uuid, cancel));

    /// <summary>Ends a running deploy; the release that serves is not touched. One that ended before is no error.</summary>
    private static async Task<IResult> Cancel(string deploy, AppRequest request, Deployer deployer, EventLog events, CancellationToken cancel)
    {
        var row = await FindAsync(request, deploy, cancel);
        if (row.Status is DeployStatus.Pending or DeployStatus.Running)
        {
            await deployer.CancelAsync(request.App.Id, cancel);
            await events.RecordAsync(request.Actor.Email, "deploy.cancel", EventTarget.Of(request.App), null, row.Uuid.ToString(), EventLog.Ok, cancel);
        }

        return await Get(deploy, request, cancel);
    }

    private static async Task<DeployRow> FindAsync(AppRequest request, string named, CancellationToken cancel) =>
        (Guid.TryParse(named, out var uuid) ? await Of(request).FirstOrDefaultAsync(row => row.Uuid == uuid, cancel) : null)
        ?? throw AppRequest.NotFound("deploy", named);

    private static IQueryable<DeployRow> Of(AppRequest request) =>
        request.Store.Deploys.Include(row => row.Account).AsNoTracking().Where(row => row.AppId == request.App.Id);

    private static Deploy View(AppRequest request, DeployRow row, int? version) => new()
    {
        Id = row.Uuid,
        App = request.Reference,
        Kind = row.Kind.ToString().ToLowerInvariant(),
        Status = row.Status.ToString().ToLowerInvariant(),
        Actor = row.Account!.Email,
        Release = version,
        SourceDigest = row.SourceDigest,
        Error = row.Error is null ? null : JsonSerializer.Deserialize(row.Error, ContractsJson.Default.SlipwayError),
        CreatedAt = row.CreatedAt,
        FinishedAt = row.FinishedAt,
    };
}
