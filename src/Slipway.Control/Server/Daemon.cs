using Slipway.Contracts.Errors;
using Slipway.Contracts.Server;
using Slipway.Control.Secrets;
using Slipway.Control.Store;

namespace Slipway.Control.Server;

/// <summary>slipwayd itself: one process a server, listening on the control socket alone.</summary>
internal static class Daemon
{
    private const UnixFileMode SocketMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    public static async Task<int> RunAsync(ServerConfig server)
    {
        if (Environment.UserName != server.ControlUser) throw WrongUser(server);
        using var only = OnlyOne(server);

        // Kestrel binds a name aside; once it listens with the right mode, it takes the place of the old socket in one
        // step. So a socket that a killed slipwayd left is no obstacle, and nobody finds one that does not answer.
        var aside = server.ControlSocket + ".new";
        File.Delete(aside);

        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.ListenUnixSocket(aside);
        });
        builder.Services.AddSlipway(server);
        await using var app = builder.Build();

        app.Services.GetRequiredService<SecretBox>();
        await app.Services.MigrateStoreAsync(CancellationToken.None);
        await app.StartAsync();
        File.SetUnixFileMode(aside, SocketMode);
        File.Move(aside, server.ControlSocket, overwrite: true);
        await app.WaitForShutdownAsync();
        return 0;
    }

    // A second slipwayd on the same store would roll out beside the first; the lock goes with the process, however it ends.
    private static FileStream OnlyOne(ServerConfig server)
    {
        try
        {
            return new FileStream(Path.Combine(server.ControlDirectory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new SlipwayException(500, new SlipwayError("already_running", $"slipwayd cannot lock {server.ControlDirectory}.")
            {
                Why = e.Message,
                Next = "Stop the slipwayd that runs on it, or give this server a folder of its own.",
            }, e);
        }
    }

    private static SlipwayException WrongUser(ServerConfig server) =>
        new(500, new SlipwayError("wrong_user", $"slipwayd runs as {Environment.UserName}, not as {server.ControlUser}.")
        {
            Why = "It reads untrusted input and owns the store; the server's configuration names the user for that.",
            Next = $"Start it with: runuser -u {server.ControlUser} -- {Environment.ProcessPath}",
        });
}
