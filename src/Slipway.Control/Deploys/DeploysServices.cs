namespace Slipway.Control.Deploys;

internal static class DeploysServices
{
    public static IServiceCollection AddDeploys(this IServiceCollection services) => services
        .AddSingleton<DeployLogs>()
        .AddSingleton<AppNeeds>()
        .AddSingleton<DeploySteps>()
        .AddSingleton<DeployOutcome>()
        .AddSingleton<Deployer>()
        .AddHostedService<DeployRecovery>();
}
