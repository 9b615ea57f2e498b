namespace Slipway.Control.Builds;

internal static class BuildsServices
{
    public static IServiceCollection AddBuilds(this IServiceCollection services) => services;
}
