namespace Slipway.Control.Drops;

internal static class DropsServices
{
    public static IServiceCollection AddDrops(this IServiceCollection services) => services
        .AddSingleton<DropDeploys>()
        .AddSingleton<DropFolders>()
        .AddSingleton<Sftp.SftpServer>()
        .AddSingleton<Rsync.RsyncServer>()
        .AddHostedService(provider => provider.GetRequiredService<DropFolders>());
}
