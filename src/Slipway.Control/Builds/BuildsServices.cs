namespace Slipway.Control.Builds;

internal static class BuildsServices
{
    public static IServiceCollection AddBuilds(this IServiceCollection services) => services
        .AddSingleton<PlatformCode>()
        .AddSingleton<BuildRequests>()
        .AddSingleton<BuildContainers>()
        .AddSingleton<PackageLayers>()
        .AddSingleton<DependencyLayers>()
        .AddSingleton<AppLayers>()
        .AddSingleton<Builder>();
}
