namespace Slipway.Control.Ejections;

internal static class EjectionServices
{
    public static IServiceCollection AddEjections(this IServiceCollection services) => services
        .AddSingleton<LayerBlobs>()
        .AddSingleton<EjectionReader>();
}
