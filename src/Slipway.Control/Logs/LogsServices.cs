namespace Slipway.Control.Logs;

internal static class LogsServices
{
    public static IServiceCollection AddLogs(this IServiceCollection services) => services
        .AddSingleton<AppLogs>()
        .AddSingleton<PlatformLog>()
        .AddSingleton<StoreChronicle>()
        .AddSingleton<InstanceChronicle>()
        .AddHostedService(provider => provider.GetRequiredService<InstanceChronicle>());
}
