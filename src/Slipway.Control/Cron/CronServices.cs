namespace Slipway.Control.Cron;

internal static class CronServices
{
    public static IServiceCollection AddCron(this IServiceCollection services) => services
        .AddSingleton<CronLedger>()
        .AddSingleton<CronRunner>()
        .AddSingleton<CronScheduler>()
        .AddHostedService(provider => provider.GetRequiredService<CronScheduler>());
}
