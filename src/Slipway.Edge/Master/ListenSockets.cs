using System.Net;
using System.Net.Sockets;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Server;
using Slipway.Edge.Native;

namespace Slipway.Edge.Master;

/// <summary>
/// The sockets that the edge listens on, held by the master for as long as it lives and inherited by its workers: no
/// worker's end closes them.
/// </summary>
internal sealed class ListenSockets
{
    private const int FirstActivatedFd = 3;

    private readonly List<Socket> _sockets = [];

    public IReadOnlyList<int> Fds => [.. _sockets.Select(s => (int)s.Handle)];

    /// <param name="inherited">Sockets of a worker that outlived its master; those that the configuration still wants are used.</param>
    /// <exception cref="SlipwayException">An address cannot be listened on.</exception>
    public static ListenSockets Open(ServerConfig config, IReadOnlyList<int> inherited, Action<string> complain)
    {
        var given = inherited.Concat(ActivatedFds()).Select(fd => new Socket(new SafeSocketHandle(fd, ownsHandle: true))).ToList();
        var sockets = new ListenSockets();
        try
        {
            sockets.Open(config, given, complain);
        }
        catch
        {
            foreach (var opened in sockets._sockets) opened.Dispose();
            throw;
        }
        finally
        {
            foreach (var unwanted in given) unwanted.Dispose();
        }

        return sockets;
    }

    private void Open(ServerConfig config, List<Socket> given, Action<string> complain)
    {
        Open(config.HttpPort, "http_port", config, given, complain);
        if (config.HttpsPort > 0) Open(config.HttpsPort, "https_port", config, given, complain);
        var path = config.EdgeSocket;
        _sockets.Add(Take(given, s => s.LocalEndPoint is UnixDomainSocketEndPoint unix && unix.ToString() == path && File.Exists(path)) ?? BindAdmin(config));
        foreach (var fd in Fds)
            if (Libc.fcntl(fd, Libc.F_SETFD, 0) != 0) throw new InvalidOperationException($"Cannot let workers inherit socket {fd}.");
    }

    private void Open(int port, string setting, ServerConfig config, List<Socket> given, Action<string> complain)
    {
        var before = _sockets.Count;
        foreach (var address in config.ListenAddresses)
        {
            var end = new IPEndPoint(IPAddress.Parse(address), port);
            var socket = Take(given, s => end.Equals(s.LocalEndPoint)) ?? Bind(end, setting, complain);
            if (socket is not null) _sockets.Add(socket);
        }

        if (_sockets.Count == before) throw CannotListen(string.Join(", ", config.ListenAddresses), port, setting, "none of the addresses exists on this machine");
    }

    private static Socket? Take(List<Socket> given, Predicate<Socket> isIt)
    {
        var index = given.FindIndex(isIt);
        if (index < 0) return null;
        var socket = given[index];
        given.RemoveAt(index);
        return socket;
    }

    /// <returns>Null when this machine lacks the address family (IPv6 is often off).</returns>
    private static Socket? Bind(IPEndPoint end, string setting, Action<string> complain)
    {
        var socket = new Socket(end.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (end.AddressFamily is AddressFamily.InterNetworkV6) socket.DualMode = false;
            socket.Bind(end);
            socket.Listen(4096);
            return socket;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressFamilyNotSupported or SocketError.AddressNotAvailable)
        {
            socket.Dispose();
            complain($"{end} is not listened on: {e.Message}.");
            return null;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw CannotListen(end.Address.ToString(), end.Port, setting, e.Message, e);
        }
    }

    /// <summary>Bound aside and renamed, so that the path leads to a socket that listens at every moment.</summary>
    private static Socket BindAdmin(ServerConfig config)
    {
        var (path, aside) = (config.EdgeSocket, config.EdgeSocket + ".new");
        File.Delete(aside);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(aside));
        // Bound as root, it would be root's alone: slipwayd comes in by the group.
        if (Accounts.AmRoot) Accounts.Own(aside, Accounts.Uid(config.EdgeUser), Accounts.Gid(config.Group));
        File.SetUnixFileMode(aside, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
        socket.Listen();
        File.Move(aside, path, overwrite: true);
        return socket;
    }

    /// <summary>Sockets that systemd listens on for us (sd_listen_fds).</summary>
    private static IEnumerable<int> ActivatedFds()
    {
        var forUs = Environment.GetEnvironmentVariable("LISTEN_PID") == Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return forUs && int.TryParse(Environment.GetEnvironmentVariable("LISTEN_FDS"), out var count) ? Enumerable.Range(FirstActivatedFd, count) : [];
    }

    private static SlipwayException CannotListen(string address, int port, string setting, string why, Exception? inner = null) =>
        new(500, new SlipwayError("cannot_listen", $"slipway-edge cannot listen on {address}, port {port}.")
        {
            Why = why,
            Next = $"See who has the port: ss -ltnp 'sport = :{port}'. Another port: {setting} in the server configuration.",
        }, inner);
}
