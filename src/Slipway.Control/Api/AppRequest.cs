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
        var visible = Visible(store, actor);
        var app = Guid.TryParse(named, out var uuid)
            ? await visible.FirstOrDefaultAsync(row => row.Uuid == uuid, context.RequestAborted)
            : await visible.FirstOrDefaultAsync(row => row.Name == named, context.RequestAborted);
        if (app is null) throw NotFound("app", named);
        context.Items[typeof(AppRow)] = app;
        return new AppRequest(actor, app, store);
    }

    /// <summary>The app of the running request, once it was looked up.</summary>
    public static AppRow? Find(HttpContext context) => context.Items[typeof(AppRow)] as AppRow;

    /// <summary>The apps that the actor may see: an admin all, a member their own.</summary>
    public static IQueryable<AppRow> Visible(SlipwayStore store, Actor actor) =>
        store.Apps.Include(app => app.Owner)
            .Where(app => app.DestroyedAt == null && (actor.IsAdmin || app.OwnerId == actor.AccountId));

    public static SlipwayException NotFound(string noun, string? named) =>
        new(404, new SlipwayError("not_found", $"There is no {noun} {TypedName.Quote(named)}, or you may not see it."));
}
