using System.Collections.Concurrent;
using System.Net.Security;
using System.Security.Authentication;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Slipway.Contracts.Server;
using Slipway.Edge.Rendezvous;
using Slipway.Edge.Routing;
using Slipway.Edge.Worker;

namespace Slipway.Edge.Tls;

/// <summary>What is done with connections to the HTTPS port besides serving them.</summary>
internal sealed class TlsConnections(ServerConfig config, Retirement retirement, Func<RouteTable> currentTable)
{
    private static readonly TimeSpan HandshakeLimit = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<ConnectionContext, bool> _http2 = new();

    public void Configure(ListenOptions listen)
    {
        listen.Protocols = HttpProtocols.Http1AndHttp2;
        listen.UseHttps(new TlsHandshakeCallbackOptions { HandshakeTimeout = HandshakeLimit, OnConnection = Choose });
        listen.Use(next => connection => ServeAsync(next, connection));
        listen.Use(next => new RendezvousConnections(config, retirement, next).ServeAsync);
    }

    /// <summary>
    /// Tells the clients of HTTP/2 connections to open others (GOAWAY): these would else bring requests for as long as
    /// they please, without an answer in which to say that the connection ends.
    /// </summary>
    public void Retire()
    {
        foreach (var connection in _http2.Keys) connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
    }

    private ValueTask<SslServerAuthenticationOptions> Choose(TlsHandshakeCallbackContext context) =>
        currentTable().Certificates.Find(context.ClientHelloInfo.ServerName) is { } options
            ? ValueTask.FromResult(options)
            : throw new AuthenticationException("There is no certificate for this host.");

    private async Task ServeAsync(ConnectionDelegate next, ConnectionContext connection)
    {
        if (connection.Features.Get<ITlsApplicationProtocolFeature>()?.ApplicationProtocol.Span.SequenceEqual("h2"u8) is not true)
        {
            await next(connection);
            return;
        }

        _http2[connection] = true;
        try
        {
            await next(connection);
        }
        finally
        {
            _http2.TryRemove(connection, out _);
        }
    }
}
