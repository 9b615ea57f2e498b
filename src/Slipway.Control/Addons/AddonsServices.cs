using Slipway.Control.Instances;

namespace Slipway.Control.Addons;

internal static class AddonsServices
{
    public static IServiceCollection AddAddons(this IServiceCollection services) => services
        .AddSingleton<AddonServers>()
        .AddSingleton<IAddonServers>(provider => provider.GetRequiredService<AddonServers>())
        .AddSingleton<ServerConsole>()
        .AddSingleton<AttachmentLedger>()
        .AddSingleton<AddonLedger>()
        .AddSingleton<AddonProvisioning>()
        .AddSingleton<AddonConsole>()
        .AddSingleton<AddonShell>()
        .AddSingleton<PublicAddresses>()
        .AddSingleton<PostgresDoor>()
        .AddHostedService(provider => provider.GetRequiredService<PostgresDoor>())
        .AddHostedService<AddonRecovery>();
}
