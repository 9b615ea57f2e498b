using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Deploys;
using Slipway.Contracts.Server;
using Slipway.Control.Access;
using Slipway.Control.Api.Lists;
using Slipway.Control.Apps;
using Slipway.Control.Pipelines;
using Slipway.Control.Store;

namespace Slipway.Control.Api;

internal static class PipelinesApi
{
    private static readonly Sorting<PipelineRow> Order = new Sorting<PipelineRow>(row => row.Uuid).Text("name", row => row.Name).Id();
    private static readonly Reference Generation = new(StableId.Of(Guid.Empty, "generation cedar"), "cedar");

    public static void MapPipelines(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/pipelines", List).WithName("pipeline.list").In(Area.Apps);
        routes.MapPost("/pipelines", Create).WithName("pipeline.create").In(Area.Apps);
        routes.MapGet("/pipelines/{pipeline}", Get).WithName("pipeline.show").In(Area.Apps);
        routes.MapPatch("/pipelines/{pipeline}", Update).WithName("pipeline.update").In(Area.Apps);
        routes.MapDelete("/pipelines/{pipeline}", Delete).WithName("pipeline.delete").In(Area.Apps);
        routes.MapGet("/pipelines/{pipeline}/latest-builds", LatestBuilds).WithName("pipeline.builds").In(Area.Apps);
        routes.MapGet("/pipelines/{pipeline}/latest-releases", LatestReleases).WithName("pipeline.releases").In(Area.Apps);
        routes.MapGet("/pipelines/{pipeline}/latest-deployments", LatestReleases).WithName("pipeline.deployments").In(Area.Apps);
    }

    public static Pipeline View(PipelineRow row) => new()
    {
        Id = row.Uuid,
        Name = row.Name,
        Owner = new PipelineOwner(row.Owner!.Uuid, "user"),
        Generation = Generation,
        CreatedAt = row.CreatedAt,
        UpdatedAt = row.UpdatedAt,
    };

    /// <summary><c>?eq[name]=shop</c>: that one alone, as Heroku's client looks one up.</summary>
    private static async Task<IResult> List(HttpContext context, Actor actor, SlipwayStore store, CancellationToken cancel)
    {
        var name = context.Request.Query["eq[name]"].FirstOrDefault();
        var rows = await Order.PageAsync(context, PipelineLedger.Visible(store, actor).AsNoTracking().Where(row => name == null || row.Name == name), cancel);
        return ApiJson.Ok([.. rows.Select(View)], ContractsJson.Default.IReadOnlyListPipeline);
    }

    private static async Task<IResult> Create(HttpContext context, Actor actor, SlipwayStore store, PipelineLedger ledger, CancellationToken cancel)
    {
        var body = await context.ReadAsync(ContractsJson.Default.CreatePipelineRequest);
        return ApiJson.Created(View(await ledger.CreateAsync(store, body.Name, actor, cancel)), ContractsJson.Default.Pipeline);
    }

    private static IResult Get(PipelineRequest request) => ApiJson.Ok(View(request.Pipeline), ContractsJson.Default.Pipeline);

    private static async Task<IResult> Update(HttpContext context, PipelineRequest request, PipelineLedger ledger, CancellationToken cancel)
    {
        var body = await context.ReadAsync(ContractsJson.Default.CreatePipelineRequest);
        if (body.Name is not null && body.Name != request.Pipeline.Name) await ledger.RenameAsync(request.Store, request.Pipeline, body.Name, request.Actor, cancel);
        return Get(request);
    }

    private static async Task<IResult> Delete(PipelineRequest request, PipelineLedger ledger, CancellationToken cancel)
    {
        var view = View(request.Pipeline);
        await ledger.DeleteAsync(request.Store, request.Pipeline, request.Actor, cancel);
        return ApiJson.Ok(view, ContractsJson.Default.Pipeline);
    }

    /// <summary>The last build of each app.</summary>
    private static async Task<IResult> LatestBuilds(HttpContext context, PipelineRequest request, Capabilities capabilities, CancellationToken cancel)
    {
        var builds = new List<Build>();
        foreach (var app in await AppsAsync(request, cancel))
        {
            var deploy = await request.Store.Deploys.AsNoTracking().Include(row => row.Account).Where(row => row.AppId == app.Id && (row.Kind == DeployKind.Source || row.Kind == DeployKind.Setup))
                .OrderByDescending(row => row.Id).FirstOrDefaultAsync(cancel);
            if (deploy is not null) builds.Add(await BuildsApi.ViewAsync(context, request.For(app), deploy, capabilities, cancel));
        }

        return ApiJson.Ok(builds, ContractsJson.Default.IReadOnlyListBuild);
    }

    /// <summary>What serves in each app.</summary>
    private static async Task<IResult> LatestReleases(HttpContext context, PipelineRequest request, CancellationToken cancel)
    {
        var apps = await AppsAsync(request, cancel);
        var current = apps.Select(app => app.CurrentReleaseId).ToList();
        var releases = await request.Store.Releases.AsNoTracking().Include(row => row.Account).Include(row => row.Image).Where(row => current.Contains(row.Id)).ToDictionaryAsync(row => row.AppId, cancel);
        return ApiJson.Ok([.. apps.Where(app => releases.ContainsKey(app.Id)).Select(app => ReleasesApi.View(context, request.For(app), releases[app.Id]))], ContractsJson.Default.IReadOnlyListRelease);
    }

    private static Task<List<AppRow>> AppsAsync(PipelineRequest request, CancellationToken cancel) =>
        AppRequest.Visible(request.Store, request.Actor).Where(app => request.Store.Couplings.Any(one => one.AppId == app.Id && one.PipelineId == request.Pipeline.Id)).OrderBy(app => app.Name).ToListAsync(cancel);
}
