namespace Slipway.Control.Registries;

internal static class RegistriesServices
{
    public static IServiceCollection AddRegistries(this IServiceCollection services) => services
        .AddSingleton<RegistryLogins>();
}
