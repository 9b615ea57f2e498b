using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Deploys;
using Slipway.Contracts.Server;
using Slipway.Control.Access;
using Slipway.Control.Apps;
using Slipway.Control.Pipelines;
using Slipway.Control.Store;

namespace Slipway.Control.Api;

internal static class PipelinesApi
{
    private static readonly Reference Generation = new(StableId.Of(Guid.Empty, "generation cedar"), "cedar");

    public static void MapPipelines(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/pipelines", List).WithName("pipeline.list");
        routes.MapPost("/pipelines", Create).WithName("pipeline.create");
        routes.MapGet("/pipelines/{pipeline}", Get).WithName("pipeline.show");
        routes.MapPatch("/pipelines/{pipeline}", Update).WithName("pipeline.update");
        routes.MapDelete("/pipelines/{pipeline}", Delete).WithName("pipeline.delete");
        routes.MapGet("/pipelines/{pipeline}/latest-builds", LatestBuilds).WithName("pipeline.builds");
        routes.MapGet("/pipelines/{pipeline}/latest-releases", LatestReleases).WithName("pipeline.releases");
        routes.MapGet("/pipelines/{pipeline}/latest-deployments", LatestReleases).WithName("pipeline.deployments");
        routes.MapPost("/filters/apps", FilterApps).WithName("app.filter");
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
        var rows = await PipelineLedger.Visible(store, actor).AsNoTracking().Where(row => name == null || row.Name == name).OrderBy(row => row.Name).Take(ListRange.Of(context).Max).ToListAsync(cancel);
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
        var releases = new List<Release>();
        foreach (var app in await AppsAsync(request, cancel))
        {
            var release = await request.Store.Releases.AsNoTracking().Include(row => row.Account).FirstOrDefaultAsync(row => row.Id == app.CurrentReleaseId, cancel);
            if (release is not null) releases.Add(ReleasesApi.View(context, request.For(app), release));
        }

        return ApiJson.Ok(releases, ContractsJson.Default.IReadOnlyListRelease);
    }

    /// <summary>Many apps by their ids in one call; what the caller may not see is left out.</summary>
    private static async Task<IResult> FilterApps(HttpContext context, Actor actor, SlipwayStore store, ServerConfig server, CancellationToken cancel)
    {
        var ids = (await context.ReadAsync(ContractsJson.Default.AppFilterRequest)).In?.Id ?? [];
        var apps = await AppRequest.Visible(store, actor).AsNoTracking().Where(app => ids.Contains(app.Uuid)).OrderBy(app => app.Name).ToListAsync(cancel);
        var releases = await AppViews.CurrentReleasesAsync(store, apps, cancel);
        return ApiJson.Ok([.. apps.Select(app => AppViews.View(server, app, releases.GetValueOrDefault(app.Id)))], ContractsJson.Default.IReadOnlyListApp);
    }

    private static Task<List<AppRow>> AppsAsync(PipelineRequest request, CancellationToken cancel) =>
        AppRequest.Visible(request.Store, request.Actor).Where(app => request.Store.Couplings.Any(one => one.AppId == app.Id && one.PipelineId == request.Pipeline.Id)).OrderBy(app => app.Name).ToListAsync(cancel);
}
