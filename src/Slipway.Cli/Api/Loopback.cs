using System.Net;
using System.Net.Sockets;

namespace Slipway.Cli.Api;

/// <summary><c>*.localhost</c> is this machine (RFC 6761), whatever the resolver thinks: glibc asks DNS for it.</summary>
internal static class Loopback
{
    public static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        if (!IsLocal(host)) return await ConnectAsync(context.DnsEndPoint, cancel);
        try
        {
            return await ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancel);
        }
        catch (SocketException)
        {
            return await ConnectAsync(new IPEndPoint(IPAddress.IPv6Loopback, port), cancel);
        }
    }

    public static bool IsLocal(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);

    private static async Task<Stream> ConnectAsync(EndPoint to, CancellationToken cancel)
    {
        var socket = to is IPEndPoint { AddressFamily: var family }
            ? new Socket(family, SocketType.Stream, ProtocolType.Tcp)
            : new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.NoDelay = true;
        try
        {
            await socket.ConnectAsync(to, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
