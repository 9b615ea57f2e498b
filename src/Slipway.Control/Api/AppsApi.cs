using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Server;
using Slipway.Control.Access;
using Slipway.Control.Apps;
using Slipway.Control.Events;
using Slipway.Control.Reconcile;
using Slipway.Control.Store;

namespace Slipway.Control.Api;

internal static class AppsApi
{
    public static void MapApps(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/apps", List).WithName("app.list");
        routes.MapPost("/apps", Create).WithName("app.create");
        routes.MapGet("/apps/{app}", Get).WithName("app.show");
        routes.MapPatch("/apps/{app}", Update).WithName("app.update");
        routes.MapDelete("/apps/{app}", Delete).WithName("app.destroy");
    }

    private static async Task<IResult> List(Actor actor, SlipwayStore store, ServerConfig server, CancellationToken cancel)
    {
        var apps = await AppRequest.Visible(store, actor).OrderBy(app => app.Name).ToListAsync(cancel);
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
        HttpContext context, AppRequest request, ServerConfig server, EventLog events, Reconciler reconciler, TimeProvider time, CancellationToken cancel)
    {
        var update = await context.ReadAsync(ContractsJson.Default.UpdateAppRequest);
        var app = request.App;
        if (update.Name is not null && update.Name != app.Name)
        {
            throw new SlipwayException(422, new SlipwayError("cannot_rename", "An app's name cannot be changed yet.")
            {
                Why = "Its files, database and host name carry the name.",
                Next = "slipway domains:add gives it another host name.",
            });
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
