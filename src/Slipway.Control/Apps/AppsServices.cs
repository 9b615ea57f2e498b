namespace Slipway.Control.Apps;

internal static class AppsServices
{
    public static IServiceCollection AddApps(this IServiceCollection services) => services
        .AddSingleton<AppRegistry>()
        .AddSingleton<AppDestruction>()
        .AddSingleton<DjangoSettings>()
        .AddHostedService(provider => provider.GetRequiredService<AppDestruction>());
}
