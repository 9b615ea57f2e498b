namespace Slipway.Control.Addons;

internal static class AddonsServices
{
    public static IServiceCollection AddAddons(this IServiceCollection services) => services
        .AddSingleton<Postgresql>();
}
