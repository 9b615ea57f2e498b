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

/// <summary>Features of apps (<c>heroku features</c>, <c>labs</c>). Accounts have none here.</summary>
internal static class FeaturesApi
{
    private static readonly Sorting<Feature> Order = new Sorting<Feature>(one => one.Id).Text("name", one => one.Name, isUnique: true).Id();

    public static void MapFeatures(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/apps/{app}/features", List).WithName("app-feature.list");
        routes.MapGet("/apps/{app}/features/{feature}", Get).WithName("app-feature.show");
        routes.MapPatch("/apps/{app}/features/{feature}", Update).WithName("app-feature.update").Needs(AppPermission.Operate);
        routes.MapGet("/account/features", () => ApiJson.Ok([], ContractsJson.Default.IReadOnlyListFeature)).WithName("account-feature.list").In(Area.Apps);
        routes.MapGet("/account/features/{feature}", NotThere).WithName("account-feature.show").In(Area.Apps);
        routes.MapPatch("/account/features/{feature}", NotThere).WithName("account-feature.update").In(Area.Apps);
    }

    private static async Task<IResult> List(HttpContext context, AppRequest request, ServerConfig server, CancellationToken cancel)
    {
        var on = await request.Store.AppFeatures.AsNoTracking().Where(row => row.AppId == request.App.Id).ToListAsync(cancel);
        return ApiJson.Ok(Order.Page(context, AppFeature.All.Select(one => View(request, one, on.Find(row => row.Name == one.Name), server))), ContractsJson.Default.IReadOnlyListFeature);
    }

    private static async Task<IResult> Get(string feature, AppRequest request, ServerConfig server, CancellationToken cancel)
    {
        var named = Named(request, feature);
        return ApiJson.Ok(View(request, named, await FindAsync(request, named, cancel), server), ContractsJson.Default.Feature);
    }

    private static async Task<IResult> Update(
        string feature, HttpContext context, AppRequest request, ServerConfig server, EventLog events, Reconciler reconciler, TimeProvider time, CancellationToken cancel)
    {
        var body = await context.ReadAsync(ContractsJson.Default.UpdateFeatureRequest);
        var named = Named(request, feature);
        if (body.Enabled is not { } wanted) throw new SlipwayException(422, new SlipwayError("invalid_feature", "It is not said whether the feature is to be on.") { Next = "{\"enabled\": true}" });
        if (named.IsAlwaysOn && !wanted) throw new SlipwayException(422, new SlipwayError("always_on", $"{named.Name} cannot be turned off.") { Why = named.Description });
        var row = await FindAsync(request, named, cancel);
        if (!named.IsAlwaysOn && wanted != row is not null)
        {
            if (row is not null) request.Store.AppFeatures.Remove(row);
            row = wanted ? new AppFeatureRow { AppId = request.App.Id, Name = named.Name, CreatedAt = time.GetUtcNow() } : null;
            if (row is not null) request.Store.AppFeatures.Add(row);
            events.Add(request.Store, request.Actor.Email, "feature.update", EventTarget.Of(request.App), null, $"{named.Name} {(wanted ? "on" : "off")}");
            await request.Store.SaveChangesAsync(cancel);
            reconciler.Wake();
        }

        return ApiJson.Ok(View(request, named, row, server), ContractsJson.Default.Feature);
    }

    private static Task NotThere(string feature) => throw AppRequest.NotFound("feature", feature);

    private static Task<AppFeatureRow?> FindAsync(AppRequest request, AppFeature feature, CancellationToken cancel) =>
        request.Store.AppFeatures.FirstOrDefaultAsync(row => row.AppId == request.App.Id && row.Name == feature.Name, cancel);

    private static AppFeature Named(AppRequest request, string named) =>
        AppFeature.All.FirstOrDefault(one => one.Name == named || IdOf(request, one).ToString() == named) ?? throw AppRequest.NotFound("feature", named);

    private static Guid IdOf(AppRequest request, AppFeature feature) => StableId.Of(request.App.Uuid, "feature/" + feature.Name);

    private static Feature View(AppRequest request, AppFeature feature, AppFeatureRow? row, ServerConfig server) => new()
    {
        Id = IdOf(request, feature),
        Name = feature.Name,
        DisplayName = feature.DisplayName,
        Description = feature.Description,
        DocUrl = server.ApiUrl("/slipway/reference"),
        FeedbackEmail = $"admin@{server.Domain}",
        State = feature.State,
        Enabled = feature.IsAlwaysOn || row is not null,
        CreatedAt = row?.CreatedAt ?? request.App.CreatedAt,
        UpdatedAt = row?.CreatedAt ?? request.App.CreatedAt,
    };
}
