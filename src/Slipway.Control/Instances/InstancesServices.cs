namespace Slipway.Control.Instances;

internal static class InstancesServices
{
    public static IServiceCollection AddInstances(this IServiceCollection services) => services
        .AddSingleton<InstanceOwners>()
        .AddSingleton<Probe>()
        .AddSingleton<OneOffs>()
        .AddSingleton<AppInstances>();
}
