using Slipway.Contracts.Errors;
using Slipway.Control.Access;
using Slipway.Control.Api.Manners;
using Slipway.Control.Dashboard;
using Slipway.Control.Drops.Dav;
using Slipway.Control.Manual;

namespace Slipway.Control.Api;

/// <summary>Every route of slipwayd. One that does not say otherwise needs a token (the fallback policy).</summary>
internal static class Endpoints
{
    public static void UseSlipwayApi(this WebApplication app)
    {
        app.Use(RequestId.SetAsync);
        app.UseMiddleware<ApiErrors>();
        app.Use(AcceptedVersion.CheckAsync);
        app.Use(HeadRequests.AnswerAsync);
        app.UseRouting();
        app.UseAuthentication();
        app.UseMiddleware<RateLimit>();
        app.UseAuthorization();
        app.UseWebSockets();

        app.MapHealth();
        app.MapDashboard();
        app.MapAccount();
        app.MapAuthorizations();
        app.MapBrowserLogin();
        app.MapKeys();
        app.MapAppTransfers();
        app.MapTeams();
        app.MapTeamApps();
        app.MapApps();
        app.MapCollaborators();
        app.MapFeatures();
        app.MapPlatform();
        app.MapSlugs();
        app.MapConfigVars();
        app.MapReleases();
        app.MapFormation();
        app.MapDynos();
        app.MapDomains();
        app.MapSniEndpoints();
        app.MapHttps();
        app.MapAcm();
        app.MapAddons();
        app.MapAttachments();
        app.MapAddonServices();
        app.MapAddonActions();
        app.MapPostgres();
        app.MapTransfers();
        app.MapSources();
        app.MapBuilds();
        app.MapImages();
        app.MapRegistries();
        app.MapDeploys();
        app.MapDiagnoses();
        app.MapEjections();
        app.MapSupport();
        app.MapErrors();
        app.MapAlerts();
        app.MapMetrics();
        app.MapTelemetry();
        app.MapMail();
        app.MapAppSetups();
        app.MapPipelines();
        app.MapCouplings();
        app.MapPromotions();
        app.MapReviewApps();
        app.MapReviewAppConfig();
        app.MapGit();
        app.MapWebhooks();
        app.MapAppWebhooks();
        app.MapDynoSessions();
        app.MapLogSessions();
        app.MapLogDrains();
        app.MapStreams();
        app.MapCron();
        app.MapAppDetails();
        app.MapAttach();
        app.MapServer();
        app.MapSmarthost();
        app.MapReference();
        app.MapDav();
        app.MapFallback("{**path}", NotThere).WithName("nothing");
    }

    /// <summary>Says that a route is for admins alone.</summary>
    public static TBuilder AdminOnly<TBuilder>(this TBuilder builder) where TBuilder : IEndpointConventionBuilder =>
        builder.RequireAuthorization(AccessServices.AdminPolicy);

    private static Task NotThere(HttpContext context) =>
        ApiErrors.WriteAsync(context, 404, new SlipwayError("not_found", $"The API has nothing at {context.Request.Method} {context.Request.Path}.")
        {
            Next = "docs/api.md lists what there is.",
        });
}
