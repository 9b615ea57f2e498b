using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;
using Slipway.Contracts.Server;
using Slipway.Control.Errors;
using Slipway.Control.Mail;

namespace Slipway.Control.Server;

/// <summary>
/// The door by which instances reach slipwayd: a port of the host's address in their network, with a server of its own, behind
/// which are <see cref="SentryEndpoint"/> and <see cref="MailEndpoint"/>, and nothing of the API.
/// </summary>
/// <remarks>Of a web host it has nothing: during a storm of errors each request is to cost the apps as little as it can.</remarks>
internal sealed partial class InstanceDoor(ServerConfig server, SentryEndpoint errors, MailEndpoint mail, ILoggerFactory loggers, ILogger<InstanceDoor> log) : IHostedService, IHttpApplication<HttpContext>, IDisposable
{
    /// <summary>IP_FREEBIND: the address comes with the bridge, and that with the first instance.</summary>
    private const int IpLevel = 0, FreeBind = 15;

    /// <summary>Of one instance at a time; an SDK needs one or two.</summary>
    private const int MaxConnections = 32;

    private Socket? _socket;
    private KestrelServer? _kestrel;

    public async Task StartAsync(CancellationToken cancel)
    {
        if (server.ErrorsPort == 0 || (_socket = Bind()) is not { } socket) return;
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.ListenHandle((ulong)socket.Handle, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(Limited);
        });
        // What is done for a request is short: it is done by the thread of the pool that read it, and no other is woken.
        var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions { UnsafePreferInlineScheduling = true }), loggers);
        _kestrel = new KestrelServer(Options.Create(options), transport, loggers);
        await _kestrel.StartAsync(this, cancel);
    }

    public Task StopAsync(CancellationToken cancel) => _kestrel?.StopAsync(cancel) ?? Task.CompletedTask;

    public void Dispose()
    {
        _kestrel?.Dispose();
        _socket?.Dispose();
    }

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public Task ProcessRequestAsync(HttpContext context) => context.Request.Path.StartsWithSegments(MailEndpoint.Path) ? mail.AnswerAsync(context) : errors.AnswerAsync(context);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    /// <returns>Null when somebody else has the port: no reason to serve nothing at all.</returns>
    private Socket? Bind()
    {
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
            LogTaken($"{server.Gateway}:{server.ErrorsPort}", e.Message);
            return null;
        }
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

    [LoggerMessage(LogLevel.Error, "No errors and no mail are taken from apps: {Address} cannot be listened on. {Why}")]
    private partial void LogTaken(string address, string why);
}
