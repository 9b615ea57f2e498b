using System.Net.Sockets;

namespace Slipway.Git;

/// <summary>slipwayd, at a Unix socket of its own.</summary>
internal static class ControlSocket
{
    public static HttpClient Open(string path) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        ConnectCallback = async (_, cancel) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancel);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    })
    {
        BaseAddress = new Uri("http://slipwayd"),
        Timeout = Timeout.InfiniteTimeSpan,
    };
}
