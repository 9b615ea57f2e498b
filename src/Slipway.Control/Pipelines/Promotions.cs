using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Deploys;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Server;
using Slipway.Control.Access;
using Slipway.Control.Deploys;
using Slipway.Control.Events;
using Slipway.Control.Images;
using Slipway.Control.Store;

namespace Slipway.Control.Pipelines;

/// <summary>
/// Takes what serves in one app of a pipeline to others, without building it anew: each target is a deploy of its own, with
/// its own config vars and release phase. What a deploy came to is written down when it ends, or at the next start.
/// </summary>
internal sealed partial class Promotions(
    IDbContextFactory<SlipwayStore> stores, Deployer deployer, DeploySteps steps, ServerConfig server, EventLog events, TimeProvider time, ILogger<Promotions> logger) : IHostedService
{
    /// <exception cref="SlipwayException">422: there is nothing to promote.</exception>
    public async Task<PromotionRow> BeginAsync(PipelineRow pipeline, AppRow source, IReadOnlyList<AppRow> targets, Actor actor, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var release = await store.Releases.AsNoTracking().Include(row => row.Image).FirstOrDefaultAsync(row => row.Id == source.CurrentReleaseId, cancel);
        if (release?.Image is not { } image || !ImageLayers.Of(image).All(layer => LayerFiles.Exists(server, layer))) throw NothingThere(source);

        var now = time.GetUtcNow();
        var promotion = new PromotionRow
        {
            Uuid = Guid.NewGuid(), PipelineId = pipeline.Id, AccountId = actor.AccountId, SourceApp = source.Uuid, SourceRelease = release.Uuid, CreatedAt = now, UpdatedAt = now,
        };
        store.Promotions.Add(promotion);
        await using var transaction = await store.Database.BeginTransactionAsync(cancel);
        await store.SaveChangesAsync(cancel);
        var rows = targets.Select(app => new PromotionTargetRow { Uuid = Guid.NewGuid(), PromotionId = promotion.Id, App = app.Uuid, Status = PromotionStatus.Pending }).ToList();
        store.PromotionTargets.AddRange(rows);
        foreach (var app in targets) events.Add(store, actor.Email, "pipeline.promote", EventTarget.Of(app), after: $"v{release.Version} of {source.Name}");
        await store.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);

        // From here on to the end, whether its caller waits or not.
        foreach (var (app, row) in targets.Zip(rows)) await StartAsync(row, app, image, $"Promote {source.Name} v{release.Version}", actor);
        return promotion;
    }

    /// <summary>Settles what a stopped or killed slipwayd left: no target is ever 'pending' with nobody at work on it. The deploys are settled by then.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var store = await stores.CreateDbContextAsync(cancellationToken);
        foreach (var target in await store.PromotionTargets.AsNoTracking().Where(row => row.Status == PromotionStatus.Pending).ToListAsync(cancellationToken))
        {
            var begun = await store.Promotions.Where(row => row.Id == target.PromotionId).Select(row => row.CreatedAt).SingleAsync(cancellationToken);
            var deploy = await store.Deploys.Where(row => row.Kind == DeployKind.Promotion && row.CreatedAt >= begun && store.Apps.Any(app => app.Id == row.AppId && app.Uuid == target.App))
                .OrderBy(row => row.Id).Select(row => (Guid?)row.Uuid).FirstOrDefaultAsync(cancellationToken);
            await SettleAsync(target.Id, deploy);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task StartAsync(PromotionTargetRow target, AppRow app, ImageRow image, string description, Actor actor)
    {
        try
        {
            var deploy = await deployer.StartAsync(app.Id, DeployKind.Promotion, deploy => steps.PromoteAsync(deploy, image, description, release => NumberedAsync(target, release)), actor.AccountId, CancellationToken.None);
            _ = FollowAsync(target, app, deploy);
        }
        catch (SlipwayException e)
        {
            await WriteAsync(target.Id, PromotionStatus.Failed, e.Error.Message, null);
        }
        catch (Exception e)
        {
            LogUnsettled(e, app.Name); // the other targets are none the worse for it
            await WriteAsync(target.Id, PromotionStatus.Failed, "It could not be begun; promote again.", null);
        }
    }

    private Task NumberedAsync(PromotionTargetRow target, ReleaseRow release) => WriteAsync(target.Id, PromotionStatus.Pending, null, release.Uuid);

    private async Task FollowAsync(PromotionTargetRow target, AppRow app, DeployRow deploy)
    {
        try
        {
            await deployer.EndAsync(app.Id, CancellationToken.None);
            await SettleAsync(target.Id, deploy.Uuid);
        }
        catch (Exception e)
        {
            LogUnsettled(e, app.Name); // the next start does it
        }
    }

    private async Task SettleAsync(long targetId, Guid? deployUuid)
    {
        await using var store = await stores.CreateDbContextAsync();
        var deploy = await store.Deploys.AsNoTracking().FirstOrDefaultAsync(row => row.Uuid == deployUuid);
        var release = deploy is null ? null : await store.Releases.Where(row => row.Id == deploy.ReleaseId).Select(row => (Guid?)row.Uuid).FirstOrDefaultAsync();
        var error = deploy switch
        {
            null => "slipwayd was stopped before its turn came; promote again.",
            { Status: DeployStatus.Succeeded } => null,
            { Error: { } json } => JsonSerializer.Deserialize(json, ContractsJson.Default.SlipwayError)!.Message,
            _ => "It did not go live.",
        };
        await WriteAsync(targetId, error is null ? PromotionStatus.Succeeded : PromotionStatus.Failed, error, release);
    }

    private Task WriteAsync(long targetId, string status, string? error, Guid? release) => stores.ChangeAsync(async store =>
    {
        var target = await store.PromotionTargets.SingleOrDefaultAsync(row => row.Id == targetId);
        if (target is null) return 0; // its pipeline is gone
        (target.Status, target.Error, target.Release) = (status, error, release ?? target.Release);
        var promotion = await store.Promotions.SingleAsync(row => row.Id == target.PromotionId);
        promotion.UpdatedAt = time.GetUtcNow();
        return await store.SaveChangesAsync();
    }, CancellationToken.None);

    private static SlipwayException NothingThere(AppRow source) => new(422, new SlipwayError("nothing_to_promote", $"{source.Name} has no release with code.")
    {
        Why = "A promotion takes the image of the release that serves.",
        Next = $"slipway deploy -a {source.Name}",
    });

    [LoggerMessage(LogLevel.Error, "What became of the promotion to {App} could not be written; the next start does it")]
    private partial void LogUnsettled(Exception e, string app);
}
