namespace Slipway.Control.Routing;

internal static class RoutingServices
{
    public static IServiceCollection AddAppRouting(this IServiceCollection services) => services
        .AddSingleton<EdgeClient>()
        .AddSingleton<EdgeRoutes>()
        .AddSingleton<PublicUrl>();
}
