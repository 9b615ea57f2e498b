using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Control.Access;
using Slipway.Control.Pipelines;
using Slipway.Control.Store;

namespace Slipway.Control.Api;

internal static class PromotionsApi
{
    private const int MaxTargets = 20;

    public static void MapPromotions(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/pipeline-promotions", Create).WithName("pipeline-promotion.create").In(Area.Apps);
        routes.MapGet("/pipeline-promotions/{promotion}", Get).WithName("pipeline-promotion.show").In(Area.Apps);
        routes.MapGet("/pipeline-promotions/{promotion}/promotion-targets", Targets).WithName("pipeline-promotion.targets").In(Area.Apps);
    }

    /// <summary>Answers at once; its targets say how far each is.</summary>
    private static async Task<IResult> Create(HttpContext context, Actor actor, SlipwayStore store, Promotions promotions, CancellationToken cancel)
    {
        var body = await context.ReadAsync(ContractsJson.Default.CreatePromotionRequest);
        var pipeline = await PipelineRequest.FindAsync(store, actor, body.Pipeline?.Id, cancel);
        var source = await PipelineRequest.FindAppAsync(store, actor, body.Source?.App?.Id, cancel);
        var targets = new List<AppRow>();
        foreach (var target in (body.Targets ?? []).Take(MaxTargets + 1)) targets.Add(await PipelineRequest.FindAppAsync(store, actor, target?.App?.Id, cancel));
        targets = [.. targets.DistinctBy(app => app.Id)];
        if (targets.Count is 0 or > MaxTargets || targets.Any(app => app.Id == source.Id)) throw NoTargets();
        var coupled = await store.Couplings.Where(row => row.PipelineId == pipeline.Id).Select(row => row.AppId).ToListAsync(cancel);
        if (targets.Prepend(source).FirstOrDefault(app => !coupled.Contains(app.Id)) is { } stranger) throw NotInPipeline(stranger, pipeline);
        var promotion = await promotions.BeginAsync(pipeline, source, targets, actor, cancel);
        return ApiJson.Created(await ViewAsync(store, promotion, pipeline, cancel), ContractsJson.Default.PipelinePromotion);
    }

    private static async Task<IResult> Get(string promotion, Actor actor, SlipwayStore store, CancellationToken cancel)
    {
        var (row, pipeline) = await FindAsync(store, actor, promotion, cancel);
        return ApiJson.Ok(await ViewAsync(store, row, pipeline, cancel), ContractsJson.Default.PipelinePromotion);
    }

    private static async Task<IResult> Targets(string promotion, Actor actor, SlipwayStore store, CancellationToken cancel)
    {
        var (row, _) = await FindAsync(store, actor, promotion, cancel);
        var targets = await store.PromotionTargets.AsNoTracking().Where(target => target.PromotionId == row.Id).OrderBy(target => target.Id).ToListAsync(cancel);
        return ApiJson.Ok([.. targets.Select(target => View(target, row))], ContractsJson.Default.IReadOnlyListPipelinePromotionTarget);
    }

    private static async Task<(PromotionRow, PipelineRow)> FindAsync(SlipwayStore store, Actor actor, string named, CancellationToken cancel)
    {
        var row = Guid.TryParse(named, out var uuid) ? await store.Promotions.AsNoTracking().FirstOrDefaultAsync(row => row.Uuid == uuid, cancel) : null;
        var pipeline = row is null ? null : await PipelineLedger.Visible(store, actor).AsNoTracking().FirstOrDefaultAsync(pipeline => pipeline.Id == row.PipelineId, cancel);
        return row is null || pipeline is null ? throw AppRequest.NotFound("promotion", named) : (row, pipeline);
    }

    private static async Task<PipelinePromotion> ViewAsync(SlipwayStore store, PromotionRow row, PipelineRow pipeline, CancellationToken cancel) => new()
    {
        Id = row.Uuid,
        Pipeline = new Identity(pipeline.Uuid),
        Source = new PromotionSource(new Identity(row.SourceApp), new Identity(row.SourceRelease)),
        Status = await store.PromotionTargets.AnyAsync(target => target.PromotionId == row.Id && target.Status == PromotionStatus.Pending, cancel) ? "pending" : "completed",
        CreatedAt = row.CreatedAt,
        UpdatedAt = row.UpdatedAt,
    };

    private static PipelinePromotionTarget View(PromotionTargetRow target, PromotionRow row) => new()
    {
        Id = target.Uuid,
        App = new Identity(target.App),
        PipelinePromotion = new Identity(row.Uuid),
        Release = target.Release is { } release ? new Identity(release) : null,
        Status = target.Status,
        ErrorMessage = target.Error,
    };

    private static SlipwayException NoTargets() => new(422, new SlipwayError("invalid_targets", $"A promotion goes to 1 to {MaxTargets} apps, and not to the one that it comes from.")
    {
        Next = "slipway pipelines promote -a shop-staging --to shop",
    });

    private static SlipwayException NotInPipeline(AppRow app, PipelineRow pipeline) => new(422, new SlipwayError("not_in_pipeline", $"{app.Name} is not in the pipeline {pipeline.Name}.")
    {
        Next = $"slipway pipelines add {pipeline.Name} -a {app.Name} --stage production",
    });
}
