using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Server;
using Slipway.Control.Certificates;
using Slipway.Control.Secrets;
using Slipway.Control.Store;

namespace Slipway.Control.Addons;

/// <summary>
/// Lets people reach the databases that were exposed, and those alone: speaks the beginning of PostgreSQL's protocol
/// (TLS, then who wants which database), and passes on the rest. Passwords are PostgreSQL's own to check. It listens only
/// while something is exposed.
/// </summary>
internal sealed partial class PostgresDoor(
    ServerConfig server, IDbContextFactory<SlipwayStore> stores, SecretBox secrets, TimeProvider time, ILogger<PostgresDoor> log) : BackgroundService
{
    private const int ServerPort = 5432;
    private const int MaxStartup = 10_000; // as PostgreSQL has it
    private const int MaxConnections = 200;
    private const int SslRequest = 80877103, GssRequest = 80877104, CancelRequest = 80877102, Protocol3 = 3 << 16;

    private static readonly TimeSpan StartupLimit = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _places = new(MaxConnections);
    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Who talks to which add-on, by its row.</summary>
    private readonly ConcurrentDictionary<CancellationTokenSource, long> _sessions = new();

    /// <summary>A database was exposed, hidden or taken away: who talks to one that is not to be reached any more is cut off.</summary>
    public void Look() => _changed.Writer.TryWrite(true);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (server.PostgresPort == 0) return;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if ((await ExposedAsync(stoppingToken)).Count > 0) await ServeAsync(stoppingToken);
                await _changed.Reader.ReadAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LogClosed(server.PostgresPort, e.Message);
                await Task.Delay(TimeSpan.FromSeconds(30), time, stoppingToken);
            }
        }
    }

    private async Task<IReadOnlySet<long>> ExposedAsync(CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        return (await store.Addons.Where(row => row.Exposed && row.State == AddonState.Provisioned).Select(row => row.Id).ToListAsync(cancel)).ToHashSet();
    }

    private async Task ServeAsync(CancellationToken cancel)
    {
        using var closing = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var sockets = new List<Socket>();
        try
        {
            foreach (var address in server.ListenAddresses.Select(IPAddress.Parse))
            {
                try
                {
                    var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                    sockets.Add(socket);
                    if (address.AddressFamily == AddressFamily.InterNetworkV6) socket.DualMode = false;
                    socket.Bind(new IPEndPoint(address, server.PostgresPort));
                    socket.Listen();
                    _ = AcceptAsync(socket, closing.Token);
                }
                catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressFamilyNotSupported or SocketError.AddressNotAvailable)
                {
                    // this machine has no such addresses
                }
            }

            LogOpen(server.PostgresPort);
            while (await ExposedAsync(cancel) is { Count: > 0 } exposed)
            {
                foreach (var (session, addon) in _sessions)
                    if (!exposed.Contains(addon)) await session.CancelAsync();
                await _changed.Reader.ReadAsync(cancel);
            }
        }
        finally
        {
            await closing.CancelAsync();
            foreach (var socket in sockets) socket.Dispose();
        }
    }

    private async Task AcceptAsync(Socket listener, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                var socket = await listener.AcceptAsync(cancel);
                _ = GuardAsync(socket, cancel);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), time, CancellationToken.None);
            }
        }
    }

    private async Task GuardAsync(Socket socket, CancellationToken cancel)
    {
        using (socket)
        {
            if (!await _places.WaitAsync(TimeSpan.Zero, cancel)) return;
            try
            {
                socket.NoDelay = true;
                await using var stream = new NetworkStream(socket);
                await ConverseAsync(stream, cancel);
            }
            catch (Exception e) when (e is IOException or SocketException or AuthenticationException or OperationCanceledException or InvalidDataException or ObjectDisposedException)
            {
                // The client or the database went away, or it was no client.
            }
            finally
            {
                _places.Release();
            }
        }
    }

    private async Task ConverseAsync(NetworkStream plain, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(StartupLimit);
        var first = await ReadStartupAsync(plain, limit.Token);
        if (CodeOf(first) == GssRequest)
        {
            await plain.WriteAsync("N"u8.ToArray(), limit.Token);
            first = await ReadStartupAsync(plain, limit.Token);
        }

        if (CodeOf(first) != SslRequest)
        {
            await RefuseAsync(plain, "28000", "This database is reached over TLS only: sslmode=require", limit.Token);
            return;
        }

        await plain.WriteAsync("S"u8.ToArray(), limit.Token);
        await using var tls = new SslStream(plain, leaveInnerStreamOpen: true);
        await tls.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions { ServerCertificateContext = await CertificateAsync(limit.Token), EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13 }, limit.Token);
        var startup = await ReadStartupAsync(tls, limit.Token);
        if (CodeOf(startup) == CancelRequest)
        {
            // It names a connection by a secret that only its client has; the server looks whether it is one.
            if (await AnyAsync(limit.Token) is { } any) await using (var to = await ConnectAsync(any, limit.Token)) await to.WriteAsync(startup, limit.Token);
            return;
        }

        var (user, database) = NamesOf(startup);
        if (await FindAsync(user, database, limit.Token) is not { } found)
        {
            await RefuseAsync(tls, "28000", "There is no such database that is exposed: slipway addons expose", limit.Token);
            return;
        }

        await using var inner = await ConnectAsync(found.Address, limit.Token);
        await inner.WriteAsync(startup, limit.Token);
        limit.CancelAfter(Timeout.InfiniteTimeSpan);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        _sessions[ended] = found.Addon;
        try
        {
            if (!(await ExposedAsync(ended.Token)).Contains(found.Addon)) return; // hidden since it was looked up
            var there = tls.CopyToAsync(inner, ended.Token);
            var back = inner.CopyToAsync(tls, ended.Token);
            await Task.WhenAny(there, back);
            await ended.CancelAsync();
            await Task.WhenAll(there, back).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            _sessions.TryRemove(ended, out _);
        }
    }

    private async Task<NetworkStream> ConnectAsync(int address, CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Parse($"{server.SubnetPrefix}.255.{address}"), ServerPort, cancel);
        return new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>Of the certificates that this server's own hosts have; looked up anew, so that a renewed one is used.</summary>
    private async Task<SslStreamCertificateContext> CertificateAsync(CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var row = await store.Certificates.AsNoTracking().FirstOrDefaultAsync(one => one.Kind == CertificateKind.Server, cancel)
            ?? throw new AuthenticationException("The server has no certificate yet.");
        return SslStreamCertificateContext.Create(X509Certificate2.CreateFromPem(row.Chain, secrets.Open(row.Key)), null, offline: true);
    }

    /// <returns>The add-on's row and the address of its server's instance; null when nothing that is exposed is meant.</returns>
    private async Task<(long Addon, int Address)?> FindAsync(string user, string database, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var exposed = await store.Addons.AsNoTracking().Where(row => row.Exposed && row.State == AddonState.Provisioned && row.Service == Postgresql.Name)
            .Join(store.AddonServers, row => row.ServerId, one => one.Id, (row, one) => new { row.Id, row.Url, one.Address }).ToListAsync(cancel);
        return exposed.FirstOrDefault(one => new Uri(secrets.Open(one.Url)) is var url && url.User() == user && url.Database() == database) is { } found ? (found.Id, found.Address) : null;
    }

    private async Task<int?> AnyAsync(CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        return await store.AddonServers.Where(row => row.Service == Postgresql.Name).Select(row => (int?)row.Address).FirstOrDefaultAsync(cancel);
    }

    /// <summary>A message as clients begin with: its length, then a code or the protocol's version.</summary>
    private static async Task<byte[]> ReadStartupAsync(Stream from, CancellationToken cancel)
    {
        var head = new byte[4];
        await from.ReadExactlyAsync(head, cancel);
        var length = BinaryPrimitives.ReadInt32BigEndian(head);
        if (length is < 8 or > MaxStartup) throw new InvalidDataException("Not a PostgreSQL client.");
        var message = new byte[length];
        head.CopyTo(message, 0);
        await from.ReadExactlyAsync(message.AsMemory(4), cancel);
        return message;
    }

    private static int CodeOf(byte[] startup) => BinaryPrimitives.ReadInt32BigEndian(startup.AsSpan(4));

    private static (string User, string Database) NamesOf(byte[] startup)
    {
        if (CodeOf(startup) >> 16 != Protocol3 >> 16) throw new InvalidDataException("Not protocol 3 of PostgreSQL.");
        var words = Encoding.UTF8.GetString(startup, 8, startup.Length - 8).Split('\0');
        string? user = null, database = null;
        for (var i = 0; i + 1 < words.Length && words[i].Length > 0; i += 2)
        {
            if (words[i] == "user") user = words[i + 1];
            if (words[i] == "database") database = words[i + 1];
            if (words[i] == "replication") throw new InvalidDataException("Nothing is replicated through here.");
        }

        return (user ?? "", database ?? user ?? "");
    }

    private static async Task RefuseAsync(Stream to, string code, string message, CancellationToken cancel)
    {
        var text = Encoding.UTF8.GetBytes($"SFATAL\0VFATAL\0C{code}\0M{message}\0\0");
        var answer = new byte[5 + text.Length];
        answer[0] = (byte)'E';
        BinaryPrimitives.WriteInt32BigEndian(answer.AsSpan(1), 4 + text.Length);
        text.CopyTo(answer, 5);
        await to.WriteAsync(answer, cancel);
        await to.FlushAsync(cancel);
    }

    [LoggerMessage(LogLevel.Information, "Exposed databases are reached on port {Port}")]
    private partial void LogOpen(int port);

    [LoggerMessage(LogLevel.Error, "Exposed databases cannot be reached on port {Port}: {Why}")]
    private partial void LogClosed(int port, string why);
}
