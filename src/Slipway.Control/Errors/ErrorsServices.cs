namespace Slipway.Control.Errors;

internal static class ErrorsServices
{
    public static IServiceCollection AddErrors(this IServiceCollection services) => services
        .AddSingleton<ErrorKeys>()
        .AddSingleton<ErrorApps>()
        .AddSingleton<ErrorGate>()
        .AddSingleton<ErrorQueue>()
        .AddSingleton<ErrorActivity>()
        .AddSingleton<ErrorLedger>()
        .AddSingleton<SentryEndpoint>()
        .AddHostedService<ErrorWriter>()
        .AddHostedService<LogWatch>();
}
