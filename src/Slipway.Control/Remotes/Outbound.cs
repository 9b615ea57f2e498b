using System.Net;
using System.Net.Sockets;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Control.Store;

namespace Slipway.Control.Remotes;

/// <summary>
/// The way out for what users name. A host's address is looked up once and that address is the one connected to, so a name
/// that changes what it stands for in between changes nothing; redirects pass the same check, hop by hop.
/// </summary>
internal sealed class Outbound(IDbContextFactory<SlipwayStore> stores)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <returns>An address of the host that may be connected to.</returns>
    /// <exception cref="SlipwayException">422: <c>source_unreachable</c>, <c>source_url_private</c>.</exception>
    public async Task<IPAddress> ResolveAsync(string host, CancellationToken cancel)
    {
        IPAddress[] found;
        try
        {
            found = IsLocal(host) ? [IPAddress.Loopback] : await Dns.GetHostAddressesAsync(host.Trim('[', ']'), cancel);
        }
        catch (SocketException e)
        {
            throw RemoteErrors.Unreachable(host, $"Its name is not known: {e.Message}.", e);
        }

        if (found.Length == 0) throw RemoteErrors.Unreachable(host, "Its name stands for no address.");
        if (await AllowsPrivateAsync(cancel)) return found[0];
        return found.FirstOrDefault(PublicAddress.Is) ?? throw RemoteErrors.Private(host, found[0].ToString());
    }

    /// <summary>Names that are this machine's by definition (RFC 6761), whatever a resolver says of them.</summary>
    private static bool IsLocal(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);

    /// <summary>A client that can connect nowhere else. To be disposed by the caller.</summary>
    /// <param name="redirects">It goes where it is sent on to; else that is its answer.</param>
    public HttpClient OpenHttp(bool redirects = true) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = redirects,
        MaxAutomaticRedirections = 5,
        ConnectTimeout = Patience,
        ConnectCallback = ConnectAsync,
    })
    {
        Timeout = TimeSpan.FromMinutes(15),
        DefaultRequestHeaders = { { "User-Agent", "slipway" } },
    };

    /// <exception cref="SlipwayException">As <see cref="ResolveAsync"/>.</exception>
    /// <exception cref="SocketException">Nobody takes the connection.</exception>
    public async Task<Stream> ConnectAsync(string host, int port, CancellationToken cancel)
    {
        var address = await ResolveAsync(host, cancel);
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel) =>
        await ConnectAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, cancel);

    /// <summary>An admin lets users name addresses of this server's own network.</summary>
    public async Task<bool> AllowsPrivateAsync(CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        return await store.Settings.AnyAsync(row => row.Key == ServerSettings.PrivateSources && row.Value == ServerSettings.Allow, cancel);
    }
}
