namespace Slipway.Control.Telemetry;

internal static class TelemetryServices
{
    public static IServiceCollection AddTelemetry(this IServiceCollection services) => services
        .AddSingleton<TelemetrySetting>()
        .AddSingleton<Exporting>()
        .AddHostedService(provider => provider.GetRequiredService<Exporting>());
}
