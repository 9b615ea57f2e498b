using Microsoft.EntityFrameworkCore;
using Slipway.Control.Access;
using Slipway.Control.Pipelines;
using Slipway.Control.Store;

namespace Slipway.Control.Api;

/// <summary>The pipeline that a route names in <c>{pipeline}</c>, by name or UUID, as its caller may see it; the pipeline's counterpart of <see cref="AppRequest"/>.</summary>
/// <param name="Store">The request's; <paramref name="Pipeline"/> is tracked by it.</param>
internal sealed record PipelineRequest(Actor Actor, PipelineRow Pipeline, SlipwayStore Store)
{
    /// <param name="app">One that the caller may see.</param>
    public AppRequest For(AppRow app) => new(Actor, app, Store);

    public static async ValueTask<PipelineRequest?> BindAsync(HttpContext context)
    {
        var (actor, store) = (Actor.Of(context), context.RequestServices.GetRequiredService<SlipwayStore>());
        var isRead = HttpMethods.IsGet(context.Request.Method) && context.GetEndpoint()?.Metadata.GetMetadata<InArea>()?.Area != Area.Secrets;
        var pipeline = await FindAsync(store, actor, context.Request.RouteValues["pipeline"] as string, context.RequestAborted, isRead ? AppPermission.View : AppPermission.Deploy);
        return new PipelineRequest(actor, pipeline, store);
    }

    public static async Task<PipelineRow> FindAsync(SlipwayStore store, Actor actor, string? named, CancellationToken cancel, AppPermission needed = AppPermission.Deploy)
    {
        var visible = PipelineLedger.Visible(store, actor, needed);
        return (Guid.TryParse(named, out var uuid)
            ? await visible.FirstOrDefaultAsync(row => row.Uuid == uuid, cancel)
            : await visible.FirstOrDefaultAsync(row => row.Name == named, cancel)) ?? throw AppRequest.NotFound("pipeline", named);
    }

    /// <summary>An app of the body, by name or id.</summary>
    public static Task<AppRow> FindAppAsync(SlipwayStore store, Actor actor, string? named, CancellationToken cancel) =>
        AppRequest.FindAsync(store, actor, named, AppPermission.Deploy, cancel);
}
