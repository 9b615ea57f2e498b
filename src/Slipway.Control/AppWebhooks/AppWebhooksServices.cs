namespace Slipway.Control.AppWebhooks;

internal static class AppWebhooksServices
{
    public static IServiceCollection AddAppWebhooks(this IServiceCollection services) => services
        .AddSingleton<WebhookBell>()
        .AddSingleton<WebhookPost>()
        .AddSingleton<WebhookData>()
        .AddSingleton<WebhookScribe>()
        .AddHostedService<WebhookCourier>()
        .AddHostedService<DynoWitness>();
}
