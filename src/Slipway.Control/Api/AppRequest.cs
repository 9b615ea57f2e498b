using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Control.Access;
using Slipway.Control.Store;

namespace Slipway.Control.Api;

/// <summary>
/// The app that a route names in <c>{app}</c>, by name or UUID, as its caller may see it. Endpoints get at an app in no
/// other way, so none can forget to ask whose it is: what the caller may not see is a 404, as if it were not there.
/// </summary>
/// <param name="Store">The request's; <paramref name="App"/> is tracked by it.</param>
internal sealed record AppRequest(Actor Actor, AppRow App, SlipwayStore Store)
{
    public Reference Reference => new(App.Uuid, App.Name);

    public static async ValueTask<AppRequest?> BindAsync(HttpContext context)
    {
        var actor = Actor.Of(context);
        var named = context.Request.RouteValues["app"] as string;
        var store = context.RequestServices.GetRequiredService<SlipwayStore>();
        var needed = context.GetEndpoint()?.Metadata.GetMetadata<NeedsPermission>()?.Permission
            ?? (HttpMethods.IsGet(context.Request.Method) ? AppPermission.View : AppPermission.Manage);
        var app = await FindAsync(store, actor, named, AppPermission.View, context.RequestAborted);
        context.Items[typeof(AppRow)] = app;
        var request = new AppRequest(actor, app, store);
        await request.RequireAsync(needed, context.RequestAborted);
        return request;
    }

    /// <exception cref="SlipwayException">404: no such app for this actor; 403: one with which they may not do this.</exception>
    public static async Task<AppRow> FindAsync(SlipwayStore store, Actor actor, string? named, AppPermission needed, CancellationToken cancel)
    {
        var visible = Visible(store, actor);
        var app = (Guid.TryParse(named, out var uuid)
            ? await visible.FirstOrDefaultAsync(row => row.Uuid == uuid, cancel)
            : await visible.FirstOrDefaultAsync(row => row.Name == named, cancel)) ?? throw NotFound("app", named);
        await new AppRequest(actor, app, store).RequireAsync(needed, cancel);
        return app;
    }

    /// <exception cref="SlipwayException">403: the caller has not this permission.</exception>
    public async Task RequireAsync(AppPermission needed, CancellationToken cancel)
    {
        if (needed == AppPermission.View || await Store.Apps.Where(row => row.Id == App.Id).AnyAsync(AppAccess.Allows(Store, Actor, needed), cancel)) return;
        throw AppAccess.Lacking(App, needed);
    }

    /// <summary>The app of the running request, once it was looked up.</summary>
    public static AppRow? Find(HttpContext context) => context.Items[typeof(AppRow)] as AppRow;

    /// <summary>The apps that the actor may see, or do more with.</summary>
    public static IQueryable<AppRow> Visible(SlipwayStore store, Actor actor, AppPermission needed = AppPermission.View) =>
        store.Apps.Include(app => app.Owner).Include(app => app.Team).Where(app => app.DestroyedAt == null).Where(AppAccess.Allows(store, actor, needed));

    public static SlipwayException NotFound(string noun, string? named) =>
        new(404, new SlipwayError("not_found", $"There is no {noun} {TypedName.Quote(named)}, or you may not see it.") { Resource = noun });
}
