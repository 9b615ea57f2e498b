namespace Slipway.Control.Reconcile;

internal static class ReconcileServices
{
    public static IServiceCollection AddReconcile(this IServiceCollection services) => services
        .AddSingleton<DesiredReader>()
        .AddSingleton<Memory>()
        .AddSingleton<ActionRunner>()
        .AddSingleton<Reconciler>()
        .AddHostedService(provider => provider.GetRequiredService<Reconciler>())
        .AddSingleton<Rollout>();
}
