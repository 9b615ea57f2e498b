namespace Slipway.Control.Releases;

internal static class ReleasesServices
{
    public static IServiceCollection AddReleases(this IServiceCollection services) => services
        .AddSingleton<ReleaseLedger>()
        .AddSingleton<ReleaseComparison>()
        .AddSingleton<MigrateMemory>()
        .AddSingleton<ReleasePhase>()
        .AddSingleton<PostDeploy>();
}
