namespace Slipway.Control.Support;

internal static class SupportServices
{
    public static IServiceCollection AddSupport(this IServiceCollection services) => services.AddSingleton<SupportBundle>();
}
