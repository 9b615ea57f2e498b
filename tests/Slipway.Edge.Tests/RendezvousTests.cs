using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Slipway.Edge.Tests;

/// <summary>The connections of Heroku's client to a command, which come in on the HTTPS port and are not HTTP.</summary>
public sealed class RendezvousTests
{
    [Fact]
    public async Task A_connection_that_begins_with_the_secret_is_slipwayds_both_ways()
    {
        using var authority = new Authority();
        await using var edge = await RunningEdge.StartAsync();
        await edge.RouteAsync([], (authority.Issue("boat.localhost"), "boat.localhost"));
        using var slipwayd = Listen(edge);

        await using var tls = await edge.ConnectTlsAsync("boat.localhost", authority.Root);
        await tls.WriteAsync("rendez"u8.ToArray());
        await tls.FlushAsync();
        await Task.Delay(50);
        await tls.WriteAsync("vous/secret\r\ninput"u8.ToArray());
        using var accepted = await slipwayd.AcceptAsync().WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal("rendezvous/secret\r\ninput", await ReadAsync(new NetworkStream(accepted), "rendezvous/secret\r\ninput".Length));
        await accepted.SendAsync("rendezvous\r\noutput"u8.ToArray());
        Assert.Equal("rendezvous\r\noutput", await ReadAsync(tls, "rendezvous\r\noutput".Length));
        accepted.Shutdown(SocketShutdown.Both);
        Assert.Equal(0, await tls.ReadAsync(new byte[1]).AsTask().WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task Everything_else_on_the_port_is_HTTP_as_before()
    {
        using var authority = new Authority();
        await using var edge = await RunningEdge.StartAsync();
        await using var shop = await Site.OnTcpAsync(http => http.Response.WriteAsync("hello"));
        await edge.RouteAsync([edge.RouteTo("shop", shop.Address)], (authority.Issue("shop.localhost"), "shop.localhost"));
        await using var tls = await edge.ConnectTlsAsync("shop.localhost", authority.Root);
        foreach (var piece in (string[])["G", "ET /rendezvous/secret HTTP/1.1\r\nHost: shop.localhost\r\n", "Connection: close\r\n\r\n"])
        {
            await tls.WriteAsync(Encoding.ASCII.GetBytes(piece));
            await tls.FlushAsync();
            await Task.Delay(20);
        }

        Assert.EndsWith("hello", (await new StreamReader(tls).ReadToEndAsync()).TrimEnd('\r', '\n', '0'));
    }

    [Fact]
    public async Task Without_slipwayd_the_connection_ends()
    {
        using var authority = new Authority();
        await using var edge = await RunningEdge.StartAsync();
        await edge.RouteAsync([], (authority.Issue("boat.localhost"), "boat.localhost"));
        await using var tls = await edge.ConnectTlsAsync("boat.localhost", authority.Root);
        await tls.WriteAsync("rendezvous/secret\r\n"u8.ToArray());
        try
        {
            Assert.Equal(0, await tls.ReadAsync(new byte[1]).AsTask().WaitAsync(TimeSpan.FromSeconds(10)));
        }
        catch (IOException)
        {
            return; // reset is an end, too
        }
    }

    private static Socket Listen(RunningEdge edge)
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(edge.Config.RendezvousSocket));
        listener.Listen();
        return listener;
    }

    private static async Task<string> ReadAsync(Stream stream, int length)
    {
        var buffer = new byte[length];
        await stream.ReadExactlyAsync(buffer).AsTask().WaitAsync(TimeSpan.FromSeconds(10));
        return Encoding.ASCII.GetString(buffer);
    }
}
