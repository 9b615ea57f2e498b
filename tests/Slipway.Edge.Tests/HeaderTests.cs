using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Slipway.Edge.Tests;

public sealed class HeaderTests
{
    [Fact]
    public async Task What_a_client_says_about_itself_does_not_reach_the_app()
    {
        await using var edge = await RunningEdge.StartAsync();
        await using var shop = await Site.OnTcpAsync(EchoHeadersAsync);
        await edge.RouteAsync(edge.RouteTo("shop", shop.Address));

        var seen = await SeenAsync(edge, """
            X-Forwarded-For: 6.6.6.6
            x-forwarded-proto: https
            X-Forwarded-Host: evil.example
            X-Forwarded-Port: 443
            X_Forwarded_For: 6.6.6.6
            Forwarded: for=6.6.6.6;proto=https
            X-Real-IP: 6.6.6.6
            X-Request-Start: 1
            Proxy: http://evil.example
            Slipway-Verify: guess
            Connection: close
            X-Kept: yes
            """);
        var port = edge.Config.HttpPort.ToString();
        Assert.Equal("127.0.0.1", seen["X-Forwarded-For"]);
        Assert.Equal("http", seen["X-Forwarded-Proto"]);
        Assert.Equal("shop.localhost:" + port, seen["X-Forwarded-Host"]);
        Assert.Equal(port, seen["X-Forwarded-Port"]);
        Assert.Equal($"for=127.0.0.1;host=\"shop.localhost:{port}\";proto=http", seen["Forwarded"]);
        Assert.Equal("shop.localhost:" + port, seen["Host"]);
        Assert.Equal("1.1 slipway", seen["Via"]);
        Assert.InRange(long.Parse(seen["X-Request-Start"]), DateTimeOffset.UtcNow.AddMinutes(-1).ToUnixTimeMilliseconds(), long.MaxValue);
        Assert.Equal("yes", seen["X-Kept"]);
        foreach (var gone in new[] { "X-Real-IP", "X_Forwarded_For", "Proxy", "Slipway-Verify", "Connection" }) Assert.False(seen.ContainsKey(gone), gone);
        Assert.DoesNotContain("6.6.6.6", string.Concat(seen.Values));
    }

    [Theory]
    [InlineData("0123456789-abcdefghij", true)]
    [InlineData("too-short", false)]
    [InlineData("has a space and is long enough", false)]
    [InlineData("under_score_under_score_under_score", false)]
    public async Task A_valid_request_id_is_kept_another_is_replaced(string offered, bool kept)
    {
        await using var edge = await RunningEdge.StartAsync();
        await using var shop = await Site.OnTcpAsync(http =>
        {
            http.Response.Headers["X-Request-Id"] = http.Request.Headers["X-Request-Id"];
            return http.Response.WriteAsync(http.Request.Headers["X-Request-Id"].ToString());
        });
        await edge.RouteAsync(edge.RouteTo("shop", shop.Address));

        using var request = new HttpRequestMessage(HttpMethod.Get, "http://shop.localhost/") { Headers = { { "X-Request-Id", offered } } };
        using var answer = await edge.Client.SendAsync(request);
        var id = Assert.Single(answer.Headers.GetValues("X-Request-Id"));
        Assert.Equal(await answer.Content.ReadAsStringAsync(), id);
        if (kept) Assert.Equal(offered, id);
        else Assert.True(Guid.TryParse(id, out _), id);
    }

    [Fact]
    public async Task Who_answered_is_told_only_to_who_knows_the_verify_token()
    {
        await using var edge = await RunningEdge.StartAsync();
        await using var shop = await Site.SayingAsync("shop");
        await edge.RouteAsync(edge.RouteTo("shop", shop.Address) with { Release = 12 });

        using var plain = await edge.Client.GetAsync("http://shop.localhost/");
        Assert.False(plain.Headers.Contains("Slipway-Release"));

        var token = await File.ReadAllTextAsync(Path.Combine(edge.Config.EdgeDirectory, "verify-token"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://shop.localhost/") { Headers = { { "Slipway-Verify", token } } };
        using var verified = await edge.Client.SendAsync(request);
        Assert.Equal("v12", verified.Headers.GetValues("Slipway-Release").Single());
        Assert.Equal("web.1", verified.Headers.GetValues("Slipway-Instance").Single());
    }

    [Fact]
    public async Task The_path_reaches_the_app_as_the_client_wrote_it()
    {
        await using var edge = await RunningEdge.StartAsync();
        await using var shop = await Site.OnTcpAsync(http => http.Response.WriteAsync(
            http.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget));
        await edge.RouteAsync(edge.RouteTo("shop", shop.Address));

        foreach (var target in new[] { "/a%2Fb%20c", "/caf%C3%A9?q=%26&x=a+b", "//double//slash", "/a/%2e%2e/b", "/?" })
        {
            var answer = await edge.RawAsync($"GET {target} HTTP/1.1\r\nHost: shop.localhost\r\nConnection: close\r\n\r\n");
            Assert.Contains(target + "\r\n", answer);
        }
    }

    private static Task EchoHeadersAsync(HttpContext http) =>
        http.Response.WriteAsync(JsonSerializer.Serialize(http.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString())));

    private static async Task<Dictionary<string, string>> SeenAsync(RunningEdge edge, string headers)
    {
        var answer = await edge.RawAsync($"GET / HTTP/1.1\r\nHost: shop.localhost:{edge.Config.HttpPort}\r\n{headers.ReplaceLineEndings("\r\n")}\r\n\r\n");
        var json = answer[answer.IndexOf('{')..(answer.LastIndexOf('}') + 1)];
        return new Dictionary<string, string>(JsonSerializer.Deserialize<Dictionary<string, string>>(json)!, StringComparer.OrdinalIgnoreCase);
    }
}
