using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Slipway.Edge.Forwarding;

/// <summary>The HTTP client of one backend: it connects to one address whatever the URL says, and adds nothing of its own.</summary>
internal static class BackendClient
{
    /// <summary>For an app only a full backlog is waited for.</summary>
    public static readonly TimeSpan AppPatience = TimeSpan.Zero;

    /// <summary>slipwayd restarts in less; its callers should not notice.</summary>
    public static readonly TimeSpan ControlPatience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryEvery = TimeSpan.FromMilliseconds(25);

    /// <param name="patience">How long to try again while nobody listens there.</param>
    /// <param name="clock">Told of each connection.</param>
    public static HttpMessageInvoker Create(string address, TimeSpan patience, ConnectClock clock)
    {
        EndPoint end = address.StartsWith("unix:", StringComparison.Ordinal)
            ? new UnixDomainSocketEndPoint(address["unix:".Length..])
            : IPEndPoint.Parse(address["tcp:".Length..]);
        return new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = (_, cancellation) => ConnectAsync(end, patience, clock, cancellation),
            ConnectTimeout = ConnectTimeout + patience,
            // gunicorn closes an idle connection after 2 s; to send on one as it closes would lose the request.
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(1),
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            MaxResponseHeadersLength = 64,
            // Bytes in, bytes out: whatever encoding an app uses in its headers passes unchanged.
            RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
            ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
        });
    }

    private static async ValueTask<Stream> ConnectAsync(EndPoint end, TimeSpan patience, ConnectClock clock, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            return await ConnectAsync(end, patience, started, cancellation);
        }
        finally
        {
            clock.Took(Stopwatch.GetElapsedTime(started));
        }
    }

    private static async ValueTask<Stream> ConnectAsync(EndPoint end, TimeSpan patience, long started, CancellationToken cancellation)
    {
        while (true)
        {
            var socket = end is IPEndPoint
                ? new Socket(end.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }
                : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(end, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException e) when (MayPass(e.SocketErrorCode, Stopwatch.GetElapsedTime(started), patience))
            {
                socket.Dispose();
                await Task.Delay(RetryEvery, cancellation);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }

    /// <summary>EAGAIN from a Unix socket means that its backlog is full: the app lives and will take the request in its turn.</summary>
    private static bool MayPass(SocketError error, TimeSpan waited, TimeSpan patience) =>
        error is SocketError.WouldBlock or SocketError.TryAgain || waited < patience;
}
