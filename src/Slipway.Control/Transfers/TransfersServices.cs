using Slipway.Control.Addons;

namespace Slipway.Control.Transfers;

internal static class TransfersServices
{
    public static IServiceCollection AddTransfers(this IServiceCollection services) => services
        .AddSingleton<AddonJob>()
        .AddSingleton<TransferQueue>()
        .AddSingleton<TransferFiles>()
        .AddSingleton<TransferLedger>()
        .AddSingleton<TransferWork>()
        .AddSingleton<TransferSchedules>()
        .AddHostedService<TransferRunner>();
}
