using System.Net.Sockets;
using Slipway.Contracts.Server;
using Slipway.Edge.Native;

namespace Slipway.Edge.Worker;

/// <summary>
/// How a worker whose master was killed passes its listening sockets to the next master: through a Unix socket beside
/// the admin socket, to the same user or root only. No connection in a backlog is lost and none is refused.
/// </summary>
internal static class Handover
{
    public static string SocketPath(ServerConfig config) => Path.Combine(Path.GetDirectoryName(config.EdgeSocket)!, "handover.sock");

    /// <summary>Worker: waits for a master and gives it the sockets.</summary>
    /// <returns>The connection to it, or null when <paramref name="giveUp"/> was first.</returns>
    public static async Task<NetworkStream?> OfferAsync(ServerConfig config, IReadOnlyList<int> listeners, Task giveUp)
    {
        var path = SocketPath(config);
        File.Delete(path);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        socket.Listen();
        while (true)
        {
            var accepting = socket.AcceptAsync();
            if (await Task.WhenAny(accepting, giveUp) == giveUp) return null;
            var master = await accepting;
            if (FdPassing.PeerUid(master) is var uid && (uid == 0 || uid == Libc.geteuid()))
            {
                FdPassing.Send(master, [.. listeners]);
                return new NetworkStream(master, ownsSocket: true);
            }

            master.Dispose();
        }
    }

    /// <summary>Master: asks for the sockets of a worker that outlived its master.</summary>
    /// <returns>Null when there is no such worker.</returns>
    public static async Task<(NetworkStream Worker, int[] Listeners)?> TakeAsync(ServerConfig config, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath(config)), cancellation);
            return (new NetworkStream(socket, ownsSocket: true), await FdPassing.ReceiveAsync(socket, cancellation));
        }
        catch (Exception e) when (e is SocketException or EndOfStreamException)
        {
            socket.Dispose();
            return null;
        }
    }
}
