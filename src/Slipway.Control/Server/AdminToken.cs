using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Contracts.Server;
using Slipway.Control.Access;
using Slipway.Control.Events;
using Slipway.Control.Secrets;
using Slipway.Control.Store;

namespace Slipway.Control.Server;

/// <summary>
/// <c>slipwayd admin-token</c>: prints a new token of the server's admin, whose account it makes on a new server. Whoever
/// may read the store may do that anyway; so it works beside a running slipwayd and before its first start.
/// </summary>
internal static class AdminToken
{
    public static async Task<int> RunAsync(ServerConfig server, string configFile)
    {
        if (Environment.UserName == "root" && server.ControlUser != "root") return await RunAsControlUserAsync(server, configFile);

        await using var services = new ServiceCollection()
            .AddSingleton(TimeProvider.System)
            .AddSingleton(_ => SecretBox.Load(server))
            .AddStore(server)
            .AddEvents()
            .AddSingleton<Tokens>()
            .AddSingleton<Accounts>()
            .BuildServiceProvider();

        services.GetRequiredService<SecretBox>();
        using (var alone = ServerLock.TryTake(server))
        {
            // Not alone: the slipwayd that runs has brought the tables up to date.
            if (alone is not null) await services.MigrateStoreAsync(CancellationToken.None);
        }

        var token = await services.GetRequiredService<Accounts>()
            .NewAdminTokenAsync($"admin@{server.Domain}", $"{Environment.UserName} on the server", CancellationToken.None);
        Console.WriteLine(token);
        return 0;
    }

    // As root it would leave files in the store that slipwayd cannot write.
    private static async Task<int> RunAsControlUserAsync(ServerConfig server, string configFile)
    {
        var start = new ProcessStartInfo("runuser");
        foreach (var argument in (string[])["-u", server.ControlUser, "--", Environment.ProcessPath!, CommandLine.AdminToken, "--config", configFile])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
