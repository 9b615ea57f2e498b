namespace Slipway.Control.Volumes;

internal static class VolumesServices
{
    public static IServiceCollection AddVolumes(this IServiceCollection services) => services;
}
