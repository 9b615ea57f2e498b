namespace Slipway.Control.Api;

internal static class HealthApi
{
    public static void MapHealth(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/health", () => TypedResults.Text("ok\n")).WithName("health").AllowAnonymous();
}
