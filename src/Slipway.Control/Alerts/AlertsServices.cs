namespace Slipway.Control.Alerts;

internal static class AlertsServices
{
    public static IServiceCollection AddAlerts(this IServiceCollection services) => services
        .AddSingleton<AlertBook>()
        .AddSingleton<ServerWatch>()
        .AddHostedService(provider => provider.GetRequiredService<ServerWatch>())
        .AddHostedService<CrashWatch>()
        .AddHostedService<AlertCourier>();
}
