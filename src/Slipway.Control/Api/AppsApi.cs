using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Server;
using Slipway.Control.Access;
using Slipway.Control.Api.Lists;
using Slipway.Control.Apps;
using Slipway.Control.Events;
using Slipway.Control.Reconcile;
using Slipway.Control.Store;

namespace Slipway.Control.Api;

internal static class AppsApi
{
    private static readonly Sorting<AppRow> Order = new Sorting<AppRow>(row => row.Uuid).Text("name", row => row.Name, isUnique: true).Id().Time("updated_at", row => row.UpdatedAt);

    public static void MapApps(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/apps", List).WithName("app.list").In(Area.Apps);
        routes.MapPost("/apps", Create).WithName("app.create").In(Area.Apps);
        routes.MapGet("/apps/{app}", Get).WithName("app.show");
        routes.MapPatch("/apps/{app}", Update).WithName("app.update").Needs(AppPermission.Operate);
        routes.MapPost("/filters/apps", Filter).WithName("app.filter").In(Area.Apps);
        routes.MapGet("/users/{user}/apps", ListOf).WithName("app.list-user").In(Area.Apps);
        routes.MapDelete("/apps/{app}", Delete).WithName("app.destroy");
    }

    private static Task<IResult> List(HttpContext context, Actor actor, SlipwayStore store, ServerConfig server, CancellationToken cancel) =>
        ListAsync(context, AppRequest.Visible(store, actor), store, server, cancel);

    /// <summary>The apps that somebody owns, of those that the caller sees; <c>~</c> is the caller.</summary>
    private static async Task<IResult> ListOf(string user, HttpContext context, Actor actor, SlipwayStore store, ServerConfig server, CancellationToken cancel)
    {
        var owner = user == "~" ? actor.AccountId : (await AccountNames.FindAsync(store, user, cancel)).Id;
        return await ListAsync(context, AppRequest.Visible(store, actor).Where(app => app.TeamId == null && app.OwnerId == owner), store, server, cancel);
    }

    private static async Task<IResult> Filter(HttpContext context, Actor actor, SlipwayStore store, ServerConfig server, CancellationToken cancel)
    {
        var body = await context.ReadAsync(ContractsJson.Default.AppFilterRequest);
        if (body.In?.Id is not { } ids) throw new SlipwayException(422, new SlipwayError("invalid_filter", "Apps are filtered by their ids.") { Next = "{\"in\": {\"id\": [\"…\"]}}" });
        return await ListAsync(context, AppRequest.Visible(store, actor).Where(app => ids.Contains(app.Uuid)), store, server, cancel);
    }

    private static async Task<IResult> ListAsync(HttpContext context, IQueryable<AppRow> visible, SlipwayStore store, ServerConfig server, CancellationToken cancel)
    {
        var apps = await Order.PageAsync(context, visible.AsNoTracking(), cancel);
        var releases = await AppViews.CurrentReleasesAsync(store, apps, cancel);
        return ApiJson.Ok([.. apps.Select(app => AppViews.View(server, app, releases.GetValueOrDefault(app.Id)))], ContractsJson.Default.IReadOnlyListApp);
    }

    private static async Task<IResult> Create(HttpContext context, Actor actor, AppRegistry apps, ServerConfig server, Reconciler reconciler, CancellationToken cancel)
    {
        var request = await context.ReadOptionalAsync(ContractsJson.Default.CreateAppRequest);
        var app = await apps.CreateAsync(request?.Name, actor, cancel);
        reconciler.Wake(); // its certificate
        return ApiJson.Created(AppViews.View(server, app, null), ContractsJson.Default.App);
    }

    private static async Task<IResult> Get(AppRequest request, ServerConfig server, CancellationToken cancel) =>
        ApiJson.Ok(await ViewAsync(request, server, cancel), ContractsJson.Default.App);

    private static async Task<IResult> Update(
        HttpContext context, AppRequest request, AppRegistry apps, ServerConfig server, EventLog events, Reconciler reconciler, TimeProvider time, CancellationToken cancel)
    {
        var update = await context.ReadAsync(ContractsJson.Default.UpdateAppRequest);
        var app = request.App;
        if (update.Name is not null && update.Name != app.Name)
        {
            await request.RequireAsync(AppPermission.Manage, cancel);
            await apps.RenameAsync(request.Store, app, update.Name, request.Actor, cancel);
            reconciler.Wake();
        }

        if (update.Maintenance is { } maintenance && maintenance != app.Maintenance)
        {
            events.Add(request.Store, request.Actor.Email, "app.update", EventTarget.Of(app), Maintenance(app.Maintenance), Maintenance(maintenance));
            (app.Maintenance, app.UpdatedAt) = (maintenance, time.GetUtcNow());
            await request.Store.SaveChangesAsync(cancel);
            reconciler.Wake();
        }

        return ApiJson.Ok(await ViewAsync(request, server, cancel), ContractsJson.Default.App);
    }

    /// <summary>Answers when all of it is gone; 202 when that takes long and goes on.</summary>
    private static async Task<IResult> Delete(AppRequest request, ServerConfig server, AppDestruction destruction, CancellationToken cancel)
    {
        var view = await ViewAsync(request, server, cancel);
        return await destruction.DestroyAsync(request.App.Id, request.Actor, cancel)
            ? ApiJson.Ok(view, ContractsJson.Default.App)
            : ApiJson.Accepted(view, ContractsJson.Default.App);
    }

    private static async Task<App> ViewAsync(AppRequest request, ServerConfig server, CancellationToken cancel)
    {
        var releases = await AppViews.CurrentReleasesAsync(request.Store, [request.App], cancel);
        return AppViews.View(server, request.App, releases.GetValueOrDefault(request.App.Id));
    }

    private static string Maintenance(bool on) => on ? "maintenance on" : "maintenance off";
}
