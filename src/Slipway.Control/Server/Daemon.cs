using Slipway.Contracts.Errors;
using Slipway.Contracts.Server;
using Slipway.Control.Api;
using Slipway.Control.Secrets;
using Slipway.Control.Store;

namespace Slipway.Control.Server;

/// <summary>slipwayd itself: one process a server, listening on the control socket.</summary>
internal static class Daemon
{
    private const UnixFileMode SocketMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    public static async Task<int> RunAsync(ServerConfig server)
    {
        if (Environment.UserName != server.ControlUser) throw WrongUser(server);
        using var only = ServerLock.Take(server);

        // Kestrel binds a name aside; once it listens with the right mode, it takes the place of the old socket in one
        // step. So a socket that a killed slipwayd left is no obstacle, and nobody finds one that does not answer.
        var aside = server.ControlSocket + ".new";
        File.Delete(aside);
        await using var app = Build(server, aside);

        app.Services.GetRequiredService<SecretBox>();
        await app.Services.MigrateStoreAsync(CancellationToken.None);
        await app.StartAsync();
        File.SetUnixFileMode(aside, SocketMode);
        File.Move(aside, server.ControlSocket, overwrite: true);
        await app.WaitForShutdownAsync();
        return 0;
    }

    public static WebApplication Build(ServerConfig server, string socket)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("Slipway.Control.Access", LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.ListenUnixSocket(socket);
        });
        builder.Services.AddSlipway(server);
        var app = builder.Build();
        app.UseSlipwayApi();
        return app;
    }

    private static SlipwayException WrongUser(ServerConfig server) =>
        new(500, new SlipwayError("wrong_user", $"slipwayd runs as {Environment.UserName}, not as {server.ControlUser}.")
        {
            Why = "It reads untrusted input and owns the store; the server's configuration names the user for that.",
            Next = $"Start it with: runuser -u {server.ControlUser} -- {Environment.ProcessPath}",
        });
}
