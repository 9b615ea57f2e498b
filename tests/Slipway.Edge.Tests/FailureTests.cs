using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Slipway.Contracts.Names;
using Slipway.Contracts.Routing;

namespace Slipway.Edge.Tests;

public sealed class FailureTests
{
    [Fact]
    public async Task An_app_that_does_not_answer_in_time_is_an_H12()
    {
        await using var edge = await RunningEdge.StartAsync();
        await using var site = await Site.OnTcpAsync(http => Task.Delay(Timeout.Infinite, http.RequestAborted));
        await edge.RouteAsync(edge.RouteTo("stuck", site.Address) with { TimeoutSeconds = 1 });
        await FailsAsync(edge, "stuck", "H12");
    }

    [Fact]
    public async Task Who_comes_while_an_app_starts_waits_for_it()
    {
        await using var edge = await RunningEdge.StartAsync();
        await using var site = await Site.SayingAsync("up now");
        var starting = edge.RouteTo("boots") with { State = RouteState.Starting, Release = 1 };
        await edge.RouteAsync(starting);
        var waiting = edge.Client.GetStringAsync("http://boots.localhost/");
        await Task.Delay(300);
        Assert.False(waiting.IsCompleted);
        await edge.RouteAsync(starting with { RedirectsToHttps = false, MaxBodyBytes = 5 }); // a change that is not the one waited for
        Assert.False(waiting.IsCompleted);
        await edge.RouteAsync(edge.RouteTo("boots", site.Address));
        Assert.Equal("up now", await waiting.WaitAsync(TimeSpan.FromSeconds(10)));

        // One that crashes on the way says so at once.
        await edge.RouteAsync(starting);
        var unlucky = edge.Client.GetAsync("http://boots.localhost/");
        await edge.RouteAsync(starting with { State = RouteState.Crashed });
        Assert.Equal("H10", (await unlucky.WaitAsync(TimeSpan.FromSeconds(10))).Headers.GetValues("Slipway-Error").Single());
    }

    [Fact]
    public async Task An_app_that_does_not_start_in_time_is_an_H20()
    {
        await using var edge = await RunningEdge.StartAsync();
        await edge.RouteAsync(edge.RouteTo("slow") with { State = RouteState.Starting, BootTimeoutSeconds = 1 });
        await FailsAsync(edge, "slow", "H20");
    }

    [Fact]
    public async Task No_more_wait_for_an_app_than_there_is_room_for()
    {
        await using var edge = await RunningEdge.StartAsync();
        await edge.RouteAsync(edge.RouteTo("crowd") with { State = RouteState.Starting, BootTimeoutSeconds = 20 });
        var asked = Enumerable.Range(0, 1005).Select(_ => edge.Client.GetAsync("http://crowd.localhost/")).ToList();
        for (var refused = 0; refused < 5; refused++)
        {
            var first = await Task.WhenAny(asked).WaitAsync(TimeSpan.FromSeconds(15));
            Assert.Equal("H11", (await first).Headers.GetValues("Slipway-Error").Single());
            asked.Remove(first);
        }

        await edge.RouteAsync(edge.RouteTo("crowd") with { State = RouteState.NoWebProcesses });
        Assert.All(await Task.WhenAll(asked), answer => Assert.Equal("H14", answer.Headers.GetValues("Slipway-Error").Single()));
    }

    [Fact]
    public async Task An_upload_may_take_longer_than_the_first_byte()
    {
        await using var edge = await RunningEdge.StartAsync();
        await using var site = await Site.OnTcpAsync(async http => await http.Response.WriteAsync(await new StreamReader(http.Request.Body).ReadToEndAsync()));
        await edge.RouteAsync(edge.RouteTo("files", site.Address) with { TimeoutSeconds = 1 });

        await using var stream = await edge.ConnectAsync();
        await stream.WriteAsync("POST / HTTP/1.1\r\nHost: files.localhost\r\nContent-Length: 5\r\nConnection: close\r\n\r\n"u8.ToArray());
        foreach (var letter in "hello"u8.ToArray())
        {
            await Task.Delay(500);
            await stream.WriteAsync(new[] { letter });
        }

        Assert.Contains("hello", await new StreamReader(stream).ReadToEndAsync());
    }

    [Fact]
    public async Task An_app_where_nobody_listens_is_an_H21()
    {
        await using var edge = await RunningEdge.StartAsync();
        await edge.RouteAsync(edge.RouteTo("gone", $"tcp:127.0.0.1:{RunningEdge.FreePort()}", "unix:" + edge.SocketOf("gone-web-2")));
        await FailsAsync(edge, "gone", "H21");
    }

    [Theory]
    [InlineData("", "H13")]
    [InlineData("SSH-2.0-OpenSSH\r\n\r\n", "H17")]
    public async Task An_app_that_hangs_up_or_speaks_no_http(string says, string code)
    {
        await using var edge = await RunningEdge.StartAsync();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _ = Task.Run(async () =>
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync();
                await client.GetStream().ReadAtLeastAsync(new byte[10_000], 1);
                await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(says));
            }
        });
        await edge.RouteAsync(edge.RouteTo("odd", "tcp:" + listener.LocalEndpoint));
        await FailsAsync(edge, "odd", code);
    }

    [Fact]
    public async Task A_request_goes_to_another_instance_when_one_refuses_whatever_its_method()
    {
        await using var edge = await RunningEdge.StartAsync();
        await using var site = await Site.OnTcpAsync(async http => await http.Response.WriteAsync("got " + await new StreamReader(http.Request.Body).ReadToEndAsync()));
        await edge.RouteAsync(edge.RouteTo("half", $"tcp:127.0.0.1:{RunningEdge.FreePort()}", site.Address));

        for (var i = 0; i < 20; i++)
            Assert.Equal("got it", await (await edge.Client.PostAsync("http://half.localhost/", new StringContent("it"))).Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task An_app_that_breaks_off_its_answer_is_not_made_to_look_whole()
    {
        var begun = new TaskCompletionSource();
        await using var edge = await RunningEdge.StartAsync();
        await using var site = await Site.OnTcpAsync(async http =>
        {
            http.Response.ContentLength = 1000;
            await http.Response.WriteAsync("half");
            await http.Response.Body.FlushAsync();
            await begun.Task;
            http.Abort();
        });
        await edge.RouteAsync(edge.RouteTo("breaks", site.Address));

        using var answer = await edge.Client.GetAsync("http://breaks.localhost/", HttpCompletionOption.ResponseHeadersRead);
        begun.SetResult();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => answer.Content.ReadAsStringAsync());
        await edge.RouterLogAsync("breaks", "at=error code=H18");
    }

    [Fact]
    public async Task A_client_that_leaves_ends_the_request_at_the_app_too()
    {
        var left = new TaskCompletionSource();
        await using var edge = await RunningEdge.StartAsync();
        await using var site = await Site.OnTcpAsync(async http =>
        {
            http.RequestAborted.Register(() => left.TrySetResult());
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        });
        await edge.RouteAsync(edge.RouteTo("left", site.Address));

        using (var patience = new CancellationTokenSource(500))
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => edge.Client.GetAsync("http://left.localhost/", patience.Token));
        await left.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await edge.RouterLogAsync("left", "code=H27");
        Assert.All(await edge.LoadsAsync(), load => Assert.Equal(0, load.InFlight));
    }

    [Fact]
    public async Task The_less_busy_instance_gets_the_next_request_and_a_dropped_one_is_counted_until_it_is_done()
    {
        var finish = new TaskCompletionSource();
        await using var edge = await RunningEdge.StartAsync();
        await using var busy = await Site.OnTcpAsync(async http =>
        {
            await finish.Task;
            await http.Response.WriteAsync("busy");
        });
        await using var free = await Site.SayingAsync("free");
        await edge.RouteAsync(edge.RouteTo("shop", busy.Address));
        var slow = edge.Client.GetStringAsync("http://shop.localhost/");
        await RunningEdge.EventuallyAsync(async () => (await edge.LoadsAsync()).Any(l => l.InFlight == 1));

        var both = edge.RouteTo("shop", busy.Address, free.Address);
        await edge.RouteAsync(both);
        for (var i = 0; i < 10; i++) Assert.Equal("free", await edge.Client.GetStringAsync("http://shop.localhost/"));

        await edge.RouteAsync(both with { Backends = [both.Backends[1]] });
        Assert.Equal(1, (await edge.LoadsAsync()).Single(l => l.Instance == InstanceId.Parse("shop-web-1")).InFlight);
        finish.SetResult();
        Assert.Equal("busy", await slow);
        await RunningEdge.EventuallyAsync(async () => (await edge.LoadsAsync()).All(l => l.Instance != InstanceId.Parse("shop-web-1")));
    }

    [Fact]
    public async Task A_request_that_finds_its_instances_stopped_goes_to_those_of_the_newer_revision()
    {
        await using var edge = await RunningEdge.StartAsync();
        await using var next = await Site.SayingAsync("next");
        // A backlog that is full holds the request at the connect while the revision changes.
        var path = edge.SocketOf("shop-web-1");
        using var full = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        full.Bind(new UnixDomainSocketEndPoint(path));
        full.Listen(0);
        using var filler = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await filler.ConnectAsync(new UnixDomainSocketEndPoint(path));
        await edge.RouteAsync(edge.RouteTo("shop", "unix:" + path));

        var asking = edge.Client.GetStringAsync("http://shop.localhost/");
        await Task.Delay(500);
        Assert.False(asking.IsCompleted);
        await edge.RouteAsync(edge.RouteTo("shop", next.Address));
        full.Dispose();
        Assert.Equal("next", await asking.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n", "400")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400")]
    [InlineData("GET / HTTP/1.1\r\nHost: shop.localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", "400")]
    [InlineData("GET / HTTP/1.1\r\nHost: shop.localhost\r\nTransfer-Encoding: chunked, identity\r\n\r\n", "400")]
    [InlineData("\u0016\u0003\u0001\u0002", "400")]
    public async Task What_is_not_a_proper_request_never_reaches_an_app(string request, string status)
    {
        await using var edge = await RunningEdge.StartAsync();
        await using var shop = await Site.SayingAsync("reached");
        await edge.RouteAsync(edge.RouteTo("shop", shop.Address));
        var answer = await edge.RawAsync(request + new string('x', 100) + "\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 " + status, answer);
        Assert.DoesNotContain("reached", answer);
    }

    [Fact]
    public async Task A_header_without_end_is_refused()
    {
        await using var edge = await RunningEdge.StartAsync();
        var answer = await edge.RawAsync("GET / HTTP/1.1\r\nHost: shop.localhost\r\nX-Long: " + new string('x', 100_000), until: "\r\n");
        Assert.StartsWith("HTTP/1.1 431", answer);
    }

    private static async Task FailsAsync(RunningEdge edge, string app, string code)
    {
        using var answer = await edge.Client.GetAsync($"http://{app}.localhost/");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(code, answer.Headers.GetValues("Slipway-Error").Single());
        Assert.Contains(code, await answer.Content.ReadAsStringAsync());
        await edge.RouterLogAsync(app, $"at=error code={code} ");
    }
}
