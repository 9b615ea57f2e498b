using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Control.Access;
using Slipway.Control.Api.Lists;
using Slipway.Control.Pipelines;
using Slipway.Control.Store;

namespace Slipway.Control.Api;

/// <summary>Which app is in which pipeline, at which stage.</summary>
internal static class CouplingsApi
{
    private static readonly Sorting<Coupled> Order = new Sorting<Coupled>(one => one.Row.Uuid).Time("created_at", one => one.Row.CreatedAt).Id();

    public static void MapCouplings(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/pipeline-couplings", ListAll).WithName("pipeline-coupling.list-all").In(Area.Apps);
        routes.MapPost("/pipeline-couplings", Create).WithName("pipeline-coupling.create").In(Area.Apps);
        routes.MapGet("/pipeline-couplings/{coupling}", Get).WithName("pipeline-coupling.show").In(Area.Apps);
        routes.MapPatch("/pipeline-couplings/{coupling}", Update).WithName("pipeline-coupling.update").In(Area.Apps);
        routes.MapDelete("/pipeline-couplings/{coupling}", Delete).WithName("pipeline-coupling.delete").In(Area.Apps);
        routes.MapGet("/pipelines/{pipeline}/pipeline-couplings", ListOfPipeline).WithName("pipeline-coupling.list").In(Area.Apps);
        routes.MapGet("/apps/{app}/pipeline-couplings", OfApp).WithName("pipeline-coupling.of-app");
    }

    // No constructor: EF looks through an initializer, so that what comes after it is asked of the store too.
    private sealed class Coupled
    {
        public required CouplingRow Row { get; init; }
        public required PipelineRow Pipeline { get; init; }
        public required AppRow App { get; init; }
    }

    private static async Task<IResult> ListAll(HttpContext context, Actor actor, SlipwayStore store, CancellationToken cancel) =>
        ApiJson.Ok([.. (await Order.PageAsync(context, Of(store, actor), cancel)).Select(View)], ContractsJson.Default.IReadOnlyListPipelineCoupling);

    private static async Task<IResult> ListOfPipeline(HttpContext context, PipelineRequest request, CancellationToken cancel) =>
        ApiJson.Ok([.. (await Order.PageAsync(context, Of(request.Store, request.Actor).Where(one => one.Pipeline.Id == request.Pipeline.Id), cancel)).Select(View)], ContractsJson.Default.IReadOnlyListPipelineCoupling);

    private static async Task<IResult> Get(string coupling, Actor actor, SlipwayStore store, CancellationToken cancel) =>
        ApiJson.Ok(View(await FindAsync(store, actor, coupling, cancel)), ContractsJson.Default.PipelineCoupling);

    private static async Task<IResult> OfApp(AppRequest request, CancellationToken cancel) =>
        ApiJson.Ok(
            View(await Of(request.Store, request.Actor).FirstOrDefaultAsync(one => one.App.Id == request.App.Id, cancel) ?? throw NotCoupled(request.App)), ContractsJson.Default.PipelineCoupling);

    private static async Task<IResult> Create(HttpContext context, Actor actor, SlipwayStore store, PipelineLedger ledger, CancellationToken cancel)
    {
        var body = await context.ReadAsync(ContractsJson.Default.CreateCouplingRequest);
        var pipeline = await PipelineRequest.FindAsync(store, actor, body.Pipeline, cancel);
        var app = await PipelineRequest.FindAppAsync(store, actor, body.App, cancel);
        var row = await ledger.AddAsync(store, pipeline, app, body.Stage, actor, cancel);
        return ApiJson.Created(View(new Coupled { Row = row, Pipeline = pipeline, App = app }), ContractsJson.Default.PipelineCoupling);
    }

    private static async Task<IResult> Update(string coupling, HttpContext context, Actor actor, SlipwayStore store, PipelineLedger ledger, CancellationToken cancel)
    {
        var body = await context.ReadAsync(ContractsJson.Default.UpdateCouplingRequest);
        var found = await FindAsync(store, actor, coupling, cancel, AppPermission.Deploy);
        await ledger.MoveAsync(store, found.Row, found.App, body.Stage, actor, cancel);
        return ApiJson.Ok(View(found), ContractsJson.Default.PipelineCoupling);
    }

    private static async Task<IResult> Delete(string coupling, Actor actor, SlipwayStore store, PipelineLedger ledger, CancellationToken cancel)
    {
        var found = await FindAsync(store, actor, coupling, cancel, AppPermission.Deploy);
        await ledger.RemoveAsync(store, found.Row, found.App, actor, cancel);
        return ApiJson.Ok(View(found), ContractsJson.Default.PipelineCoupling);
    }

    private static async Task<Coupled> FindAsync(SlipwayStore store, Actor actor, string named, CancellationToken cancel, AppPermission needed = AppPermission.View) =>
        (Guid.TryParse(named, out var uuid) ? await Of(store, actor, needed).FirstOrDefaultAsync(one => one.Row.Uuid == uuid, cancel) : null) ?? throw AppRequest.NotFound("pipeline coupling", named);

    /// <summary>Of apps that the caller may see.</summary>
    private static IQueryable<Coupled> Of(SlipwayStore store, Actor actor, AppPermission needed = AppPermission.View) => store.Couplings
        .Join(store.Pipelines, row => row.PipelineId, pipeline => pipeline.Id, (row, pipeline) => new { row, pipeline })
        .Join(AppRequest.Visible(store, actor, needed), one => one.row.AppId, app => app.Id, (one, app) => new { one.row, one.pipeline, app })
        .Select(one => new Coupled { Row = one.row, Pipeline = one.pipeline, App = one.app });

    private static PipelineCoupling View(Coupled one) => new()
    {
        Id = one.Row.Uuid,
        App = new Reference(one.App.Uuid, one.App.Name),
        Pipeline = new Reference(one.Pipeline.Uuid, one.Pipeline.Name),
        Stage = one.Row.Stage,
        CreatedAt = one.Row.CreatedAt,
        UpdatedAt = one.Row.UpdatedAt,
    };

    private static SlipwayException NotCoupled(AppRow app) =>
        new(404, new SlipwayError("not_found", $"{app.Name} is in no pipeline.") { Next = $"slipway pipelines add PIPELINE -a {app.Name} --stage staging" });
}
