using Slipway.Contracts.Errors;
using Slipway.Contracts.Server;

namespace Slipway.Control.Server;

/// <summary>One slipwayd a server: a second one would roll out beside the first. The lock goes with the process, however it ends.</summary>
internal static class ServerLock
{
    /// <returns>Null when another process holds it.</returns>
    public static IDisposable? TryTake(ServerConfig server)
    {
        try
        {
            return new FileStream(Path.Combine(server.ControlDirectory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or FileNotFoundException))
        {
            return null;
        }
    }

    public static IDisposable Take(ServerConfig server) =>
        TryTake(server) ?? throw new SlipwayException(500, new SlipwayError("already_running", $"Another slipwayd runs on {server.ControlDirectory}.")
        {
            Next = "Stop it first, or give this server a folder of its own.",
        });
}
