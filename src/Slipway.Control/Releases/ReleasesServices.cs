namespace Slipway.Control.Releases;

internal static class ReleasesServices
{
    public static IServiceCollection AddReleases(this IServiceCollection services) => services
        .AddSingleton<ReleaseLedger>()
        .AddSingleton<MigrateMemory>()
        .AddSingleton<ReleasePhase>()
        .AddSingleton<PostDeploy>();
}
