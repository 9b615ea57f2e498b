namespace Slipway.Control.Metrics;

internal static class MetricsServices
{
    public static IServiceCollection AddAppMetrics(this IServiceCollection services) => services
        .AddSingleton<MetricsFile>()
        .AddSingleton<MetricsLedger>()
        .AddHostedService<Meter>()
        .AddSingleton<MetricsReader>()
        .AddSingleton<DeployTally>()
        .AddSingleton<Scrape>();
}
