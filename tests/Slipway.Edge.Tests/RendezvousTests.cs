using System.Text;
using Microsoft.AspNetCore.Http;

namespace Slipway.Edge.Tests;

/// <summary>The connections of Heroku's client to a command, which come in on the HTTPS port and are not HTTP.</summary>
public sealed class RendezvousTests
{
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
}
