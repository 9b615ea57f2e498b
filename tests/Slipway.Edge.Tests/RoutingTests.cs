using System.Net;
using System.Text.Json;
using Slipway.Contracts;
using Slipway.Contracts.Names;
using Slipway.Contracts.Routing;

namespace Slipway.Edge.Tests;

public sealed class RoutingTests
{
    [Fact]
    public async Task A_host_leads_to_its_app_in_any_case_with_any_port_over_tcp_and_unix()
    {
        await using var edge = await RunningEdge.StartAsync();
        await using var shop = await Site.SayingAsync("shop");
        await using var blog = await Site.OnUnixAsync(edge.SocketOf("blog-web-1"), async http => await http.Response.Body.WriteAsync("blog"u8.ToArray()));
        await edge.RouteAsync(edge.RouteTo("shop", shop.Address), edge.RouteTo("blog", blog.Address));

        Assert.Equal("shop", await edge.Client.GetStringAsync("http://shop.localhost/"));
        Assert.Equal("blog", await edge.Client.GetStringAsync("http://blog.localhost/"));
        foreach (var host in new[] { "SHOP.localhost", "shop.localhost:8080", "shop.localhost.", "Shop.LocalHost.:80" })
            Assert.Contains("shop", await edge.RawAsync($"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"));
    }

    [Fact]
    public async Task A_wildcard_stands_for_one_label_and_yields_to_an_exact_name()
    {
        await using var edge = await RunningEdge.StartAsync();
        await using var any = await Site.SayingAsync("any");
        await using var exact = await Site.SayingAsync("exact");
        await edge.RouteAsync(
            edge.RouteTo("any-tenant", any.Address) with { Hosts = [DomainName.Parse("*.tenants.localhost")] },
            edge.RouteTo("one-tenant", exact.Address) with { Hosts = [DomainName.Parse("one.tenants.localhost")] });

        Assert.Equal("any", await edge.Client.GetStringAsync("http://two.tenants.localhost/"));
        Assert.Equal("exact", await edge.Client.GetStringAsync("http://one.tenants.localhost/"));
        Assert.Equal(HttpStatusCode.NotFound, (await edge.Client.GetAsync("http://a.b.tenants.localhost/")).StatusCode);
    }

    [Fact]
    public async Task An_unknown_host_gets_a_page_or_json_that_says_what_to_do()
    {
        await using var edge = await RunningEdge.StartAsync();

        var page = await edge.Client.GetAsync("http://nobody.localhost/<script>");
        Assert.Equal(HttpStatusCode.NotFound, page.StatusCode);
        Assert.Equal("text/html", page.Content.Headers.ContentType!.MediaType);
        var html = await page.Content.ReadAsStringAsync();
        Assert.Contains(page.Headers.GetValues("X-Request-Id").Single(), html);
        Assert.DoesNotContain("<script>", html);

        using var request = new HttpRequestMessage(HttpMethod.Get, "http://nobody.localhost/") { Headers = { { "Accept", "application/json" } } };
        using var json = JsonDocument.Parse(await (await edge.Client.SendAsync(request)).Content.ReadAsStringAsync());
        Assert.Equal("unknown_host", json.RootElement.GetProperty("id").GetString());
        Assert.Contains("slipway", json.RootElement.GetProperty("next").GetString());
    }

    [Theory]
    [InlineData(RouteState.Maintenance, "H80")]
    [InlineData(RouteState.NoWebProcesses, "H14")]
    [InlineData(RouteState.Crashed, "H10")]
    public async Task A_route_that_does_not_serve_says_why(RouteState state, string code)
    {
        await using var edge = await RunningEdge.StartAsync();
        await using var shop = await Site.SayingAsync("must not be reached");
        await edge.RouteAsync(edge.RouteTo("shop", shop.Address) with { State = state });

        var answer = await edge.Client.GetAsync("http://shop.localhost/");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(code, answer.Headers.GetValues("Slipway-Error").Single());
        Assert.DoesNotContain("must not be reached", await answer.Content.ReadAsStringAsync());
        await edge.RouterLogAsync("shop", $"at=error code={code} ");
    }

    [Fact]
    public async Task A_revision_older_than_the_served_one_is_refused()
    {
        await using var edge = await RunningEdge.StartAsync();
        var route = edge.RouteTo("shop", "tcp:127.0.0.1:9");
        Assert.Equal(200, (await edge.PutAsync(new RoutingRevision(7, DateTimeOffset.UtcNow, [route]))).Status);

        var (status, text) = await edge.PutAsync(new RoutingRevision(6, DateTimeOffset.UtcNow, []));
        Assert.Equal(409, status);
        Assert.Contains("stale_revision", text);
        Assert.Equal(7, (await edge.StatusAsync()).Revision.Number);
        Assert.Equal(200, (await edge.PutAsync(new RoutingRevision(7, DateTimeOffset.UtcNow, [route]))).Status);
    }

    [Fact]
    public async Task A_bad_revision_changes_nothing_and_hears_all_that_is_wrong()
    {
        await using var edge = await RunningEdge.StartAsync();
        await using var shop = await Site.SayingAsync("shop");
        await edge.RouteAsync(edge.RouteTo("shop", shop.Address));

        var bad = edge.RouteTo("shop", "tcp:nowhere", "unix:/etc/passwd") with
        {
            TimeoutSeconds = 0,
            Hosts = [DomainName.Parse("shop.localhost"), DomainName.Parse("slipway.localhost")],
            Static = [new("static", edge.Config.LayersDirectory + "/../../etc", StaticKind.Layer)],
        };
        var (status, text) = await edge.PutAsync(new RoutingRevision(9, DateTimeOffset.UtcNow, [bad]));
        Assert.Equal(422, status);
        foreach (var wrong in new[] { "tcp:nowhere", "/etc/passwd", "timeout_seconds", "slipway.localhost", "prefix", "not below" }) Assert.Contains(wrong, text);

        Assert.Equal(422, (await edge.PutAsync("{\"number\":9,\"routes\":[{\"app\":\"../x\"}]}")).Status);
        Assert.Equal(422, (await edge.PutAsync("not json")).Status);
        Assert.Equal(422, (await edge.PutAsync("null")).Status);
        Assert.Equal("shop", await edge.Client.GetStringAsync("http://shop.localhost/"));
    }

    [Fact]
    public async Task The_last_good_revision_is_served_after_a_restart_and_a_corrupt_file_is_set_aside()
    {
        await using var shop = await Site.SayingAsync("shop");
        var address = shop.Address;
        await using var edge = await RunningEdge.StartAsync(config =>
        {
            Directory.CreateDirectory(config.EdgeDirectory);
            File.WriteAllText(Path.Combine(config.EdgeDirectory, "revision.json"), "{\"number\": 12, \"rout");
        });
        Assert.Equal(0, (await edge.StatusAsync()).Revision.Number);
        Assert.True(File.Exists(Path.Combine(edge.Config.EdgeDirectory, "revision.bad.json")));
        Assert.Contains("not a routing revision", edge.Log);

        await edge.RouteAsync(edge.RouteTo("shop", address));
        var worker = await edge.WorkerPidAsync();
        Kill.Now(edge.MasterPid);
        Kill.Now(worker);
        await edge.StartMasterAsync();
        Assert.Equal("shop", await edge.Client.GetStringAsync("http://shop.localhost/"));
    }

    [Fact]
    public async Task Requests_for_the_control_plane_wait_while_it_restarts()
    {
        await using var edge = await RunningEdge.StartAsync();
        var asking = edge.Client.GetStringAsync("http://slipway.localhost/apps");
        await Task.Delay(700);
        Assert.False(asking.IsCompleted);
        await using var control = await Site.OnUnixAsync(edge.Config.ControlSocket, async http => await http.Response.Body.WriteAsync("[]"u8.ToArray()));
        Assert.Equal("[]", await asking);
    }

    [Fact]
    public async Task The_folder_and_sockets_of_the_admin_api_are_closed_to_others()
    {
        await using var edge = await RunningEdge.StartAsync();
        const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        var folder = Path.GetDirectoryName(edge.Config.EdgeSocket)!;
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(folder) & Others);
        foreach (var file in Directory.EnumerateFiles(folder).Append(Path.Combine(edge.Config.EdgeDirectory, "verify-token")))
            Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(file) & Others);
    }
}
