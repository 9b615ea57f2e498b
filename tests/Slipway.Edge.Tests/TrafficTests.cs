using System.Net.Http.Json;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Slipway.Contracts;
using Slipway.Contracts.Traffic;

namespace Slipway.Edge.Tests;

/// <summary>What the edge has served is counted, by every worker, and told until somebody has read it.</summary>
public sealed class TrafficTests
{
    [Fact]
    public async Task Requests_are_counted_by_app_and_status_and_by_how_long_they_took()
    {
        await using var edge = await RunningEdge.StartAsync();
        await using var site = await Site.OnTcpAsync(async http =>
        {
            if (http.Request.Path == "/slow") await Task.Delay(300);
            http.Response.StatusCode = http.Request.Path == "/broken" ? 500 : http.Request.Path == "/nothing" ? 404 : 200;
        });
        await edge.RouteAsync(edge.RouteTo("shop", site.Address), edge.RouteTo("blog", site.Address));
        foreach (var path in (string[])["/", "/", "/slow", "/broken", "/nothing"]) (await edge.Client.GetAsync("http://shop.localhost" + path)).Dispose();
        (await edge.Client.GetAsync("http://blog.localhost/")).Dispose();
        (await edge.Client.GetAsync("http://nowhere.localhost/")).Dispose();

        var shop = await UntilAsync(edge, "shop", 5);
        Assert.Equal([0, 0, 3, 0, 1, 1], shop.Answers);
        Assert.Equal(5, Latencies(shop).Sum(one => one.Count));
        Assert.InRange(Latencies(shop).Where(one => LatencyBuckets.Bounds[one.Bucket] >= 300_000).Sum(one => one.Count), 1, 4); // on a busy machine others are slow as well
        Assert.InRange(shop.Microseconds, 300_000, 20_000_000);
        Assert.Equal([0, 0, 1, 0, 0, 0], (await UntilAsync(edge, "blog", 1)).Answers);
        Assert.Equal(2, (await TrafficAsync(edge)).Single().Apps.Count);
    }

    [Fact]
    public async Task What_the_edge_itself_answers_counts_and_a_websocket_has_no_latency()
    {
        await using var edge = await RunningEdge.StartAsync();
        await using var site = await Site.OnTcpAsync(StreamingTests.EchoAsync);
        await edge.RouteAsync(edge.RouteTo("shop", site.Address), edge.RouteTo("dead", $"tcp:127.0.0.1:{RunningEdge.FreePort()}"));
        (await edge.Client.GetAsync("http://dead.localhost/")).Dispose();
        Assert.Equal([0, 0, 0, 0, 0, 1], (await UntilAsync(edge, "dead", 1)).Answers);

        using (var socket = await StreamingTests.WebSocketAsync(edge, "shop.localhost"))
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, default);
        var shop = await UntilAsync(edge, "shop", 1);
        Assert.Equal([0, 1, 0, 0, 0, 0], shop.Answers);
        Assert.Equal((0, 0), (shop.Latencies.Count, shop.Microseconds));
    }

    [Fact]
    public async Task Nothing_is_lost_or_counted_twice_as_workers_change()
    {
        await using var edge = await RunningEdge.StartAsync();
        await using var site = await Site.SayingAsync("ok");
        await edge.RouteAsync(edge.RouteTo("shop", site.Address));
        var asked = 0;
        for (var round = 0; round < 3; round++)
        {
            var before = await edge.WorkerPidAsync();
            for (var i = 0; i < 20; i++, asked++)
            {
                using var client = edge.NewClient();
                Assert.Equal("ok", await client.GetStringAsync("http://shop.localhost/"));
            }

            Kill.Signal(edge.MasterPid, "HUP");
            await RunningEdge.EventuallyAsync(async () => await edge.WorkerPidAsync() != before);
        }

        await RunningEdge.EventuallyAsync(async () => (await TrafficAsync(edge)).Sum(worker => worker.Apps.Sum(app => app.Answers.Sum())) == asked);
        // The old ones have ended by now, and what they have counted is told all the same, each time.
        await RunningEdge.EventuallyAsync(() => Task.FromResult(Directory.GetFiles(Path.GetDirectoryName(edge.Config.EdgeSocket)!, "worker-*.traffic").Length == 3));
        var all = await TrafficAsync(edge);
        Assert.Equal((4, asked), (all.Select(worker => worker.Worker).Distinct().Count(), (int)all.Sum(worker => worker.Apps.Sum(app => app.Answers.Sum()))));
    }

    [Fact]
    public void Every_duration_has_its_bucket()
    {
        Assert.Equal(128, LatencyBuckets.Count);
        Assert.Equal(LatencyBuckets.Bounds.Order(), LatencyBuckets.Bounds);
        Assert.All(LatencyBuckets.Bounds.Zip(LatencyBuckets.Bounds.Skip(1)), pair => Assert.InRange((double)pair.Second / pair.First, 1.05, 1.15));
        Assert.Equal((0, 0, 1, 126, 127, 127), (LatencyBuckets.IndexOf(0), LatencyBuckets.IndexOf(100), LatencyBuckets.IndexOf(101), LatencyBuckets.IndexOf(100_000_000), LatencyBuckets.IndexOf(100_000_001), LatencyBuckets.IndexOf(long.MaxValue)));
    }

    private static async Task<IReadOnlyList<WorkerTraffic>> TrafficAsync(RunningEdge edge) =>
        (await edge.Admin.GetFromJsonAsync("/traffic", ContractsJson.Default.IReadOnlyListWorkerTraffic))!;

    /// <summary>A request is counted when its answer is sent, which its client may know first.</summary>
    private static async Task<AppTraffic> UntilAsync(RunningEdge edge, string app, long requests)
    {
        AppTraffic? found = null;
        await RunningEdge.EventuallyAsync(async () =>
        {
            found = (await TrafficAsync(edge)).SelectMany(worker => worker.Apps).Single(one => one.App.Value == app);
            return found.Answers.Sum() == requests;
        });
        return found!;
    }

    private static IEnumerable<(int Bucket, long Count)> Latencies(AppTraffic app) => app.Latencies.Chunk(2).Select(pair => ((int)pair[0], pair[1]));
}
