using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Slipway.Contracts.Routing;

namespace Slipway.Edge.Tests;

/// <summary>Restarts, crashes, and being killed: what a visitor notices of them.</summary>
public sealed class ChangeOfWorkersTests
{
    [Fact]
    public async Task Workers_change_under_load_and_no_request_fails()
    {
        await using var edge = await RunningEdge.StartAsync();
        await using var site = await Site.SayingAsync("ok");
        await edge.RouteAsync(edge.RouteTo("shop", site.Address));

        await using var load = new Load(edge);
        for (var round = 0; round < 3; round++)
        {
            var before = await edge.WorkerPidAsync();
            Kill.Signal(edge.MasterPid, "HUP");
            await RunningEdge.EventuallyAsync(async () => await edge.WorkerPidAsync() != before);
            await Task.Delay(500);
        }

        await load.EndsWithoutFailureAsync();
    }

    [Fact]
    public async Task A_killed_master_is_followed_by_another_and_no_request_fails()
    {
        await using var edge = await RunningEdge.StartAsync();
        await using var site = await Site.SayingAsync("ok");
        await edge.RouteAsync(edge.RouteTo("shop", site.Address));

        await using var load = new Load(edge);
        var before = await edge.WorkerPidAsync();
        Kill.Now(edge.MasterPid);
        await Task.Delay(300);
        Assert.Equal(before, await edge.WorkerPidAsync());
        await edge.RouteAsync(edge.RouteTo("shop", site.Address) with { Release = 2 });
        await edge.StartMasterAsync();
        await RunningEdge.EventuallyAsync(async () => await edge.WorkerPidAsync() != before);
        Assert.Equal(2, (await edge.StatusAsync()).Revision.Routes[0].Release);
        await load.EndsWithoutFailureAsync();
        await RunningEdge.EventuallyAsync(() => Task.FromResult(!IsRunning(before)));
    }

    [Fact]
    public async Task A_master_that_comes_back_at_once_gives_the_worker_a_moment_to_notice()
    {
        await using var edge = await RunningEdge.StartAsync();
        await using var site = await Site.SayingAsync("ok");
        await edge.RouteAsync(edge.RouteTo("shop", site.Address));

        await using var load = new Load(edge);
        for (var round = 0; round < 3; round++)
        {
            var before = await edge.WorkerPidAsync();
            Kill.Now(edge.MasterPid);
            await edge.StartMasterAsync();
            await RunningEdge.EventuallyAsync(async () => await edge.WorkerPidAsync() != before);
        }

        await load.EndsWithoutFailureAsync();
    }

    [Fact]
    public async Task A_killed_worker_is_replaced_on_the_same_sockets()
    {
        await using var edge = await RunningEdge.StartAsync();
        await using var site = await Site.SayingAsync("ok");
        await edge.RouteAsync(edge.RouteTo("shop", site.Address));

        for (var round = 0; round < 3; round++)
        {
            Kill.Now(await edge.WorkerPidAsync());
            // A new connection is never refused: it waits in the backlog for the next worker.
            using var client = edge.NewClient();
            Assert.Equal("ok", await client.GetStringAsync("http://shop.localhost/").WaitAsync(TimeSpan.FromSeconds(20)));
        }
    }

    [Fact]
    public async Task Requests_and_websockets_begun_before_the_change_go_on_and_are_counted()
    {
        var finish = new TaskCompletionSource();
        await using var edge = await RunningEdge.StartAsync();
        await using var site = await Site.OnTcpAsync(async http =>
        {
            if (http.WebSockets.IsWebSocketRequest)
            {
                await StreamingTests.EchoAsync(http);
                return;
            }

            await http.Response.WriteAsync("begun ");
            await finish.Task;
            await http.Response.WriteAsync("done");
        });
        await edge.RouteAsync(edge.RouteTo("shop", site.Address));
        using var socket = await StreamingTests.WebSocketAsync(edge, "shop.localhost");
        var slow = edge.Client.GetStringAsync("http://shop.localhost/");
        await RunningEdge.EventuallyAsync(async () => (await edge.LoadsAsync()).Single().InFlight == 2);

        var before = await edge.WorkerPidAsync();
        Kill.Signal(edge.MasterPid, "HUP");
        await RunningEdge.EventuallyAsync(async () => await edge.WorkerPidAsync() != before);
        await RunningEdge.EventuallyAsync(async () =>
        {
            Assert.Equal(2, (await edge.LoadsAsync()).Single().InFlight); // on a busy machine it may be unknown for a while, but never less
            return true;
        });
        await Task.Delay(2500);
        await socket.SendAsync("still here"u8.ToArray(), WebSocketMessageType.Text, true, default);
        Assert.Equal("still here", await StreamingTests.ReceiveAsync(socket));

        finish.SetResult();
        Assert.Equal("begun done", await slow);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", default);
        await RunningEdge.EventuallyAsync(async () => (await edge.LoadsAsync()).Single().InFlight == 0);
        await RunningEdge.EventuallyAsync(() => Task.FromResult(!IsRunning(before)));
    }

    [Fact]
    public async Task Who_waits_for_an_app_through_a_change_is_answered_once_it_is_there()
    {
        await using var edge = await RunningEdge.StartAsync();
        await using var site = await Site.SayingAsync("up now");
        await edge.RouteAsync(edge.RouteTo("boots") with { State = RouteState.Starting });
        var waiting = edge.Client.GetStringAsync("http://boots.localhost/");
        await Task.Delay(300);

        var before = await edge.WorkerPidAsync();
        Kill.Signal(edge.MasterPid, "HUP");
        await RunningEdge.EventuallyAsync(async () => await edge.WorkerPidAsync() != before);
        Assert.False(waiting.IsCompleted);
        await edge.RouteAsync(edge.RouteTo("boots", site.Address));
        Assert.Equal("up now", await waiting.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task Revisions_sent_all_through_the_changes_are_never_lost_or_taken_back()
    {
        await using var edge = await RunningEdge.StartAsync();
        await using var site = await Site.SayingAsync("ok");
        using var stop = new CancellationTokenSource();
        var publishing = Task.Run(async () =>
        {
            for (var number = 1; !stop.IsCancellationRequested; number++)
            {
                var (status, text) = await edge.PutAsync(new RoutingRevision(number, DateTimeOffset.UtcNow, [edge.RouteTo("shop", site.Address) with { Release = number }]));
                Assert.True(status == 200, text);
                Assert.Equal(number, (await edge.StatusAsync()).Revision.Number);
            }
        });
        for (var round = 0; round < 3; round++)
        {
            var before = await edge.WorkerPidAsync();
            Kill.Signal(edge.MasterPid, "HUP");
            await RunningEdge.EventuallyAsync(async () => await edge.WorkerPidAsync() != before);
        }

        await stop.CancelAsync();
        await publishing;
    }

    [Fact]
    public async Task A_master_that_is_told_to_stop_leaves_nothing_behind()
    {
        await using var edge = await RunningEdge.StartAsync();
        await using var site = await Site.OnTcpAsync(async http =>
        {
            await Task.Delay(1000);
            await http.Response.WriteAsync("finished");
        });
        await edge.RouteAsync(edge.RouteTo("shop", site.Address));
        var worker = await edge.WorkerPidAsync();
        var asking = edge.Client.GetStringAsync("http://shop.localhost/");
        await RunningEdge.EventuallyAsync(async () => (await edge.LoadsAsync()).Single().InFlight == 1);

        Kill.Signal(edge.MasterPid, "TERM");
        Assert.Equal("finished", await asking);
        await RunningEdge.EventuallyAsync(() => Task.FromResult(!IsRunning(edge.MasterPid) && !IsRunning(worker)));
    }

    [Fact]
    public async Task A_port_that_another_program_has_is_said_clearly()
    {
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        var port = ((System.Net.IPEndPoint)taken.LocalEndpoint).Port;
        await using var edge = await RunningEdge.StartAsync();
        var (status, error) = await edge.RunAsync(edge.Config with { HttpPort = port, Run = edge.Config.Run + "2" });
        Assert.Equal(1, status);
        Assert.Contains($"port {port}", error);
        Assert.Contains("next:", error);
    }

    private static bool IsRunning(int pid) =>
        File.Exists($"/proc/{pid}/stat") && !File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ");

    /// <summary>Eight clients, half of them on connections that stay, asking all the time.</summary>
    private sealed class Load : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task<int>[] _clients;

        public Load(RunningEdge edge) => _clients = [.. Enumerable.Range(0, 8).Select(i => Task.Run(() => AskAsync(edge, keepAlive: i % 2 == 0)))];

        public async Task EndsWithoutFailureAsync()
        {
            await Task.Delay(500);
            await _stop.CancelAsync();
            Assert.All(await Task.WhenAll(_clients), count => Assert.InRange(count, 20, int.MaxValue));
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await Task.WhenAny(Task.WhenAll(_clients), Task.Delay(1000));
            _stop.Dispose();
        }

        private async Task<int> AskAsync(RunningEdge edge, bool keepAlive)
        {
            using var client = edge.NewClient();
            var count = 0;
            for (; !_stop.IsCancellationRequested; count++)
            {
                // Not retried by the client: a POST on a connection that closes under it fails.
                using var request = new HttpRequestMessage(HttpMethod.Post, "http://shop.localhost/") { Content = new StringContent("x") };
                request.Headers.ConnectionClose = !keepAlive;
                using var answer = await client.SendAsync(request);
                Assert.Equal("ok", await answer.Content.ReadAsStringAsync());
            }

            return count;
        }
    }
}
