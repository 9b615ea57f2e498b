using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Server;
using Slipway.Control.Access;
using Slipway.Control.Apps;
using Slipway.Control.Certificates;
using Slipway.Control.Certificates.Acme;
using Slipway.Control.Events;
using Slipway.Control.Reconcile;

namespace Slipway.Control.Api;

/// <summary>Automatic certificate management, as Heroku calls it.</summary>
internal static class AcmApi
{
    public static void MapAcm(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/apps/{app}/acm", Enable).WithName("acm.enable").Needs(AppPermission.Operate);
        routes.MapPatch("/apps/{app}/acm", Refresh).WithName("acm.refresh").Needs(AppPermission.Operate);
        routes.MapDelete("/apps/{app}/acm", Disable).WithName("acm.disable").Needs(AppPermission.Operate);
    }

    private static async Task<IResult> Enable(AppRequest request, ServerConfig server, EventLog events, AcmeKeeper keeper, CancellationToken cancel)
    {
        if (server.HttpsPort == 0) throw CertificateErrors.NoHttps();
        return await ChangeAsync(request, server, events, keeper, true, cancel);
    }

    /// <summary>Tries again at once what had failed.</summary>
    private static Task<IResult> Refresh(AppRequest request, ServerConfig server, EventLog events, AcmeKeeper keeper, CancellationToken cancel) =>
        ChangeAsync(request, server, events, keeper, request.App.Acm, cancel);

    /// <summary>Its certificates go; the domains get those of the server's own authority.</summary>
    private static async Task<IResult> Disable(AppRequest request, ServerConfig server, EventLog events, AcmeKeeper keeper, Reconciler reconciler, CancellationToken cancel)
    {
        // As tracked rows: webhooks are told of what is saved.
        request.Store.Certificates.RemoveRange(await request.Store.Certificates.Where(row => row.AppId == request.App.Id && row.Kind == CertificateKind.Acme).ToListAsync(cancel));
        var answer = await ChangeAsync(request, server, events, keeper, false, cancel);
        reconciler.Wake();
        return answer;
    }

    private static async Task<IResult> ChangeAsync(AppRequest request, ServerConfig server, EventLog events, AcmeKeeper keeper, bool on, CancellationToken cancel)
    {
        var app = request.App;
        if (app.Acm != on) events.Add(request.Store, request.Actor.Email, "acm.update", EventTarget.Of(app), after: on ? "automatic certificates" : "no automatic certificates");
        app.Acm = on;
        foreach (var row in await request.Store.Domains.Where(row => row.AppId == app.Id).ToListAsync(cancel))
        {
            (row.AcmNextAt, row.AcmFailures) = (null, 0);
            row.AcmStatus = !on ? null : row.AcmStatus is "cert issued" ? row.AcmStatus : "pending";
            if (!on) (row.AcmReason, row.AcmToken, row.AcmAnswer) = (null, null, null);
        }

        await request.Store.SaveChangesAsync(cancel);
        keeper.Wake();
        var releases = await AppViews.CurrentReleasesAsync(request.Store, [app], cancel);
        return ApiJson.Ok(AppViews.View(server, app, releases.GetValueOrDefault(app.Id)), ContractsJson.Default.App);
    }
}
