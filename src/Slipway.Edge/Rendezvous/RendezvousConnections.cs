using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Slipway.Contracts.Server;
using Slipway.Edge.Worker;

namespace Slipway.Edge.Rendezvous;

/// <summary>
/// Heroku's client talks to a command over a bare TLS connection, whose first line is a secret and no HTTP. Such a one is
/// brought to slipwayd as it is, so that it needs no port and no certificate of its own; all others go on to the server.
/// </summary>
internal sealed class RendezvousConnections(ServerConfig config, Retirement retirement, ConnectionDelegate next)
{
    private static readonly byte[] Prefix = Encoding.ASCII.GetBytes(ServerConfig.RendezvousPrefix);

    /// <summary>As long as the server itself lets a connection be idle.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(75);

    public async Task ServeAsync(ConnectionContext connection)
    {
        if (!await IsRendezvousAsync(connection))
        {
            await next(connection);
            return;
        }

        // Counted as a request is: a worker on its way out waits for it.
        retirement.Begin();
        try
        {
            await JoinAsync(connection);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ConnectionAbortedException)
        {
            return; // either side hung up, or slipwayd is not there: the client sees its connection end
        }
        finally
        {
            retirement.End();
        }
    }

    /// <summary>Looks at the first bytes and takes none of them.</summary>
    private static async Task<bool> IsRendezvousAsync(ConnectionContext connection)
    {
        var input = connection.Transport.Input;
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            while (true)
            {
                var read = await input.ReadAsync(patience.Token);
                var matches = Matches(read.Buffer);
                var ended = read.IsCompleted || read.IsCanceled;
                input.AdvanceTo(read.Buffer.Start, matches is null && !ended ? read.Buffer.End : read.Buffer.Start);
                if (matches is not null || ended) return matches is true;
            }
        }
        catch (OperationCanceledException)
        {
            return false; // it said nothing for long; the server has its own limits
        }
    }

    /// <returns>Null while it may still become one.</returns>
    private static bool? Matches(ReadOnlySequence<byte> begun)
    {
        Span<byte> first = stackalloc byte[Prefix.Length];
        var length = (int)Math.Min(begun.Length, first.Length);
        begun.Slice(0, length).CopyTo(first);
        if (!Prefix.AsSpan(0, length).SequenceEqual(first[..length])) return false;
        return length == Prefix.Length ? true : null;
    }

    private async Task JoinAsync(ConnectionContext connection)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(config.RendezvousSocket), connection.ConnectionClosed);
        await using var slipwayd = new NetworkStream(socket, ownsSocket: false);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
        var up = connection.Transport.Input.CopyToAsync(slipwayd, ended.Token);
        var down = slipwayd.CopyToAsync(connection.Transport.Output.AsStream(leaveOpen: true), ended.Token);
        await Task.WhenAny(up, down);
        await connection.Transport.Output.FlushAsync(CancellationToken.None);
        await ended.CancelAsync();
        await Task.WhenAll(QuietlyAsync(up), QuietlyAsync(down));
    }

    private static async Task QuietlyAsync(Task copying)
    {
        try
        {
            await copying;
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ConnectionAbortedException)
        {
            return;
        }
    }
}
