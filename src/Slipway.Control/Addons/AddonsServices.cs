using Slipway.Control.Instances;

namespace Slipway.Control.Addons;

internal static class AddonsServices
{
    public static IServiceCollection AddAddons(this IServiceCollection services) => services
        .AddSingleton<PostgresServer>()
        .AddSingleton<IAddonServer>(provider => provider.GetRequiredService<PostgresServer>())
        .AddSingleton<PostgresAdmin>()
        .AddSingleton<Postgresql>();
}
