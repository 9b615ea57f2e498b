namespace Slipway.Control.Sources;

internal static class SourcesServices
{
    public static IServiceCollection AddSources(this IServiceCollection services) => services
        .AddSingleton(new SourceLimits())
        .AddSingleton<SourceStore>()
        .AddSingleton<PartialSources>();
}
