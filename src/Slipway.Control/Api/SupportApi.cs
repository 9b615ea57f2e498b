using Slipway.Control.Access;
using Slipway.Control.Support;

namespace Slipway.Control.Api;

/// <summary>Archives for somebody else's eyes.</summary>
internal static class SupportApi
{
    private const string Zip = "application/zip";

    public static void MapSupport(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/slipway/server/support-bundle", OfServer).WithName("server.support-bundle").AdminOnly();
        routes.MapGet("/slipway/apps/{app}/support-bundle", OfApp).WithName("support-bundle.make").Needs(AppPermission.Deploy);
    }

    private static async Task<IResult> OfServer(SupportBundle bundle, CancellationToken cancel) => TypedResults.Bytes(await bundle.MakeAsync(null, withServer: true, cancel), Zip);

    private static async Task<IResult> OfApp(AppRequest request, SupportBundle bundle, CancellationToken cancel) =>
        TypedResults.Bytes(await bundle.MakeAsync(request.App, request.Actor.IsAdmin, cancel), Zip);
}
