using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Server;
using Slipway.Control.Access;
using Slipway.Control.Certificates;
using Slipway.Control.Events;
using Slipway.Control.Reconcile;
using Slipway.Control.Store;

namespace Slipway.Control.Api;

/// <summary>Whether an app insists on HTTPS and which certificate each of its hosts has; the server's own authority.</summary>
internal static class HttpsApi
{
    public static void MapHttps(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/slipway/apps/{app}/https", Get).WithName("https.show");
        routes.MapPatch("/slipway/apps/{app}/https", Update).WithName("https.update").Needs(AppPermission.Operate);
        routes.MapGet("/slipway/server/authority", Authority).WithName("server.authority");
    }

    private static async Task<IResult> Get(AppRequest request, ServerConfig server, DesiredReader reader, CancellationToken cancel)
    {
        var desired = await reader.ReadCertificatesAsync(request.App.Id, cancel);
        var app = desired.Apps.Single();
        return ApiJson.Ok(
            new Https(server.HttpsPort, app.HttpsOnly, [.. app.Hosts.Select(host => (Host: host, Has: CertificatePlan.Choose(desired, app, host)))
                .Select(one => new HttpsHost(one.Host.Value, one.Has?.Kind, one.Has?.Until))]),
            ContractsJson.Default.Https);
    }

    /// <summary>The instances are replaced one by one: what an app knows of how it is served is in their environment.</summary>
    private static async Task<IResult> Update(
        HttpContext context, AppRequest request, ServerConfig server, DesiredReader reader, EventLog events, Reconciler reconciler, TimeProvider time, CancellationToken cancel)
    {
        var body = await context.ReadAsync(ContractsJson.Default.UpdateHttpsRequest);
        var app = request.App;
        if (body.Only is { } only && only != app.HttpsOnly)
        {
            if (only && server.HttpsPort == 0) throw CertificateErrors.NoHttps();
            events.Add(request.Store, request.Actor.Email, "https.update", EventTarget.Of(app), Words(app.HttpsOnly), Words(only));
            (app.HttpsOnly, app.UpdatedAt) = (only, time.GetUtcNow());
            await request.Store.SaveChangesAsync(cancel);
            reconciler.Wake();
        }

        return await Get(request, server, reader, cancel);
    }

    private static async Task<IResult> Authority(SlipwayStore store, CancellationToken cancel)
    {
        var row = await store.Certificates.AsNoTracking().Where(one => one.Kind == CertificateKind.Authority).OrderByDescending(one => one.Id).FirstOrDefaultAsync(cancel)
            ?? throw CertificateErrors.NoHttps();
        using var certificate = CertificateText.Leaf(row.Chain);
        return ApiJson.Ok(new ServerAuthority(row.Chain, certificate.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant(), row.ExpiresAt), ContractsJson.Default.ServerAuthority);
    }

    private static string Words(bool only) => only ? "HTTPS only" : "HTTP and HTTPS";
}
