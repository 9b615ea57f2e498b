namespace Slipway.Control.Images;

internal static class ImagesServices
{
    public static IServiceCollection AddImages(this IServiceCollection services) => services
        .AddSingleton<Collector>()
        .AddHostedService(provider => provider.GetRequiredService<Collector>());
}
