using Microsoft.AspNetCore.Http;
using Slipway.Contracts.Logs;

namespace Slipway.Edge.Tests;

public sealed class AccessLogTests
{
    [Fact]
    public async Task A_request_is_a_line_that_every_reader_of_logs_understands()
    {
        await using var edge = await RunningEdge.StartAsync();
        await using var shop = await Site.SayingAsync("hello");
        await edge.RouteAsync(edge.RouteTo("shop", shop.Address));
        await edge.Client.GetStringAsync("http://shop.localhost/path?q=1");

        var text = await edge.RouterLogAsync("shop", "path=");
        Assert.True(LogLine.TryParse(text.Split('\n')[0], out var line));
        Assert.InRange(line.At, DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddMinutes(1));
        Assert.Matches("""^at=info method=GET path="/path\?q=1" host=shop.localhost request_id=[0-9a-f-]{36} fwd="127.0.0.1" dyno=web.1 connect=\d+ms service=\d+ms status=200 bytes=5 protocol=http$""", line.Text);
    }

    [Fact]
    public async Task A_client_cannot_forge_a_line()
    {
        await using var edge = await RunningEdge.StartAsync();
        await using var shop = await Site.SayingAsync("hello");
        await edge.RouteAsync(edge.RouteTo("shop", shop.Address));
        await edge.RawAsync("GET /\"x=\"%0aat=error HTTP/1.1\r\nHost: shop.localhost\r\nConnection: close\r\n\r\n");
        var text = await edge.RouterLogAsync("shop", "path=");
        Assert.Single(text.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("path=\"/%22x=%22%0aat=error\"", text);
    }

    [Fact]
    public async Task The_log_goes_on_after_its_folder_was_removed_and_is_rotated_when_large()
    {
        await using var edge = await RunningEdge.StartAsync();
        await using var shop = await Site.SayingAsync("hello");
        await edge.RouteAsync(edge.RouteTo("shop", shop.Address));
        var folder = Path.Combine(edge.Config.LogsDirectory, "shop");
        Directory.CreateDirectory(folder);
        await File.WriteAllBytesAsync(Path.Combine(folder, "router.log"), new byte[(10 << 20) + 1]);
        await edge.Client.GetStringAsync("http://shop.localhost/first");
        await RunningEdge.EventuallyAsync(() => Task.FromResult(File.Exists(Path.Combine(folder, "router.log.1"))));
        await edge.Client.GetStringAsync("http://shop.localhost/second");
        Assert.DoesNotContain("/first", await edge.RouterLogAsync("shop", "/second"));

        Directory.Delete(folder, recursive: true);
        await RunningEdge.EventuallyAsync(async () =>
        {
            await edge.Client.GetStringAsync("http://shop.localhost/third");
            return edge.RouterLog("shop").Contains("/third");
        });
    }
}
