using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Slipway.Contracts.Server;
using Slipway.Control.Mail;

namespace Slipway.Control.Errors;

/// <summary>
/// The door by which instances reach slipwayd: a port of the host's address in their network, on which <see cref="SentryEndpoint"/>
/// and <see cref="MailEndpoint"/> answer, and nothing of the API is to be had.
/// </summary>
internal static class ErrorListener
{
    /// <summary>IP_FREEBIND: the address comes with the bridge, and that with the first instance.</summary>
    private const int IpLevel = 0, FreeBind = 15;

    /// <summary>Of one instance at a time; an SDK needs one or two.</summary>
    private const int MaxConnections = 32;

    /// <returns>Null when the server takes no errors, or somebody else has the port: no reason to serve nothing at all.</returns>
    public static Socket? Bind(ServerConfig server)
    {
        if (server.ErrorsPort == 0) return null;
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.SetRawSocketOption(IpLevel, FreeBind, BitConverter.GetBytes(1));
            socket.Bind(new IPEndPoint(IPAddress.Parse(server.Gateway), server.ErrorsPort));
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            Console.Error.WriteLine($"No errors are taken from apps: {server.Gateway}:{server.ErrorsPort} cannot be listened on. {e.Message}");
            return null;
        }
    }

    public static void ListenForErrors(this KestrelServerOptions kestrel, Socket socket) =>
        kestrel.ListenHandle((ulong)socket.Handle, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(Limited);
        });

    /// <summary>Before all else: what comes by this door gets to nothing of the API, but to where errors are taken, and the relay's mail.</summary>
    public static void UseErrors(this WebApplication app)
    {
        var (errors, mail) = (app.Services.GetRequiredService<SentryEndpoint>(), app.Services.GetRequiredService<MailEndpoint>());
        app.MapWhen(
            context => context.Connection.LocalPort != 0, // the API listens on a Unix socket, which has none
            door => door.Run(context => context.Request.Path.StartsWithSegments(MailEndpoint.Path) ? mail.AnswerAsync(context) : errors.AnswerAsync(context)));
    }

    private static ConnectionDelegate Limited(ConnectionDelegate next)
    {
        var open = new ConcurrentDictionary<IPAddress, int>();
        return async connection =>
        {
            var from = (connection.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None;
            try
            {
                if (open.AddOrUpdate(from, 1, (_, count) => count + 1) > MaxConnections) connection.Abort();
                else await next(connection);
            }
            finally
            {
                if (open.AddOrUpdate(from, 0, (_, count) => count - 1) == 0) open.TryRemove(new KeyValuePair<IPAddress, int>(from, 0));
            }
        };
    }
}
