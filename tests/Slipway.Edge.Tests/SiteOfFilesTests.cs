using System.IO.Compression;
using System.Net;
using System.Text;
using Slipway.Contracts.Routing;

namespace Slipway.Edge.Tests;

/// <summary>Apps of files alone, which the edge serves with no instance behind it.</summary>
public sealed class SiteOfFilesTests
{
    [Theory]
    [InlineData("/", 200, "home")]
    [InlineData("/about.html", 200, "about")]
    [InlineData("/about", 200, "about")]
    [InlineData("/shop/", 200, "shop")]
    [InlineData("/.well-known/security.txt", 200, "contact")]
    [InlineData("/nothing", 404, "lost")]
    [InlineData("/about/", 404, "lost")]
    [InlineData("/.env", 404, "lost")]
    [InlineData("/shop/..%2f.env", 404, "lost")]
    [InlineData("//about.html", 404, "lost")]
    public async Task A_path_names_a_file_a_page_or_a_folders_index(string path, int status, string body)
    {
        await using var edge = await StartAsync();
        using var answer = await edge.Client.GetAsync("http://shop.localhost" + path);
        Assert.Equal((status, body), ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync()));
        Assert.Equal("no-cache", answer.Headers.CacheControl!.ToString());
    }

    [Theory]
    [InlineData("/shop?size=2", 301, "/shop/?size=2")]
    [InlineData("/moved", 301, "/about")]
    [InlineData("/blog/2026/tides?x=1", 302, "/news/tides/2026?x=1")]
    [InlineData("/old/a/b%20c", 301, "/new/a/b%20c")]
    [InlineData("/out/x", 308, "https://example.org/x")]
    [InlineData("/about.html/", 404, null)]
    public async Task Redirects_are_followed_in_their_order_with_the_query_kept(string path, int status, string? location)
    {
        await using var edge = await StartAsync();
        using var answer = await edge.Client.GetAsync("http://shop.localhost" + path);
        Assert.Equal((status, location), ((int)answer.StatusCode, answer.Headers.Location?.OriginalString));
    }

    [Theory]
    [InlineData("/go//evil.example/", "/evil.example")]
    [InlineData("/go/%5Cevil.example", "/%5Cevil.example")]
    [InlineData("/go/a%0d%0aSet-Cookie:x", "/a%0D%0ASet-Cookie%3Ax")]
    [InlineData("/go/a%3Fb%23c", "/a%3Fb%23c")]
    public async Task What_a_client_puts_into_a_redirect_stays_a_path_of_the_site(string path, string location)
    {
        await using var edge = await StartAsync();
        var answer = await edge.RawAsync($"GET {path} HTTP/1.1\r\nHost: shop.localhost\r\nConnection: close\r\n\r\n");
        Assert.Contains($"\r\nLocation: {location}\r\n", answer);
        Assert.DoesNotContain("\r\nSet-Cookie", answer);
    }

    [Fact]
    public async Task A_file_comes_before_a_rule_unless_the_rule_forces_it()
    {
        await using var edge = await StartAsync(redirects: [new("/about", "/shop/", 302, false), new("/about.html", "/shop/", 302, true)]);
        Assert.Equal("about", await edge.Client.GetStringAsync("http://shop.localhost/about"));
        using var forced = await edge.Client.GetAsync("http://shop.localhost/about.html");
        Assert.Equal(HttpStatusCode.Found, forced.StatusCode);
    }

    [Fact]
    public async Task A_single_page_app_answers_every_path_with_its_page_and_files_with_files()
    {
        await using var edge = await StartAsync(redirects: [new("/*", "/index.html", 200, false)]);
        using var deep = await edge.Client.GetAsync("http://shop.localhost/cart/3/edit");
        Assert.Equal((200, "home"), ((int)deep.StatusCode, await deep.Content.ReadAsStringAsync()));
        Assert.Equal("about", await edge.Client.GetStringAsync("http://shop.localhost/about"));

        await using var other = await StartAsync(files: root => File.WriteAllText(Path.Combine(root, "200.html"), "app"));
        Assert.Equal("app", await other.Client.GetStringAsync("http://shop.localhost/cart/3/edit"));
    }

    [Fact]
    public async Task Headers_are_set_by_path_on_files_redirects_and_the_404_page()
    {
        await using var edge = await StartAsync(headers:
        [
            new("/*", new Dictionary<string, string> { ["X-Frame-Options"] = "DENY" }),
            new("/shop/*", new Dictionary<string, string> { ["Cache-Control"] = "public, max-age=9" }),
        ]);
        foreach (var path in new[] { "/", "/nothing", "/moved" })
        {
            using var answer = await edge.Client.GetAsync("http://shop.localhost" + path);
            Assert.Equal("DENY", Assert.Single(answer.Headers.GetValues("X-Frame-Options")));
        }

        using var shop = await edge.Client.GetAsync("http://shop.localhost/shop/");
        Assert.Equal("public, max-age=9", shop.Headers.CacheControl!.ToString());
        Assert.False((await edge.Client.GetAsync("http://shop.localhost/")).Headers.CacheControl!.Public);
    }

    [Fact]
    public async Task Compressed_files_that_lie_beside_are_sent_to_those_who_accept_them()
    {
        var script = string.Concat(Enumerable.Repeat("console.log('tide');\n", 100));
        await using var edge = await StartAsync(files: root =>
        {
            File.WriteAllText(Path.Combine(root, "app.js"), script);
            using var packed = new BrotliStream(File.Create(Path.Combine(root, "app.js.br")), CompressionLevel.SmallestSize);
            packed.Write(Encoding.UTF8.GetBytes(script));
        });
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://shop.localhost/app.js") { Headers = { { "Accept-Encoding", "gzip, br" } } };
        using var answer = await edge.Client.SendAsync(request);
        Assert.Equal("br", Assert.Single(answer.Content.Headers.ContentEncoding));
        Assert.Equal("text/javascript; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        await using var unpacked = new BrotliStream(await answer.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
        Assert.Equal(script, await new StreamReader(unpacked).ReadToEndAsync());

        using var plain = await edge.Client.GetAsync("http://shop.localhost/app.js");
        Assert.Equal("Accept-Encoding", plain.Headers.Vary.Single());
        Assert.Equal(script, await plain.Content.ReadAsStringAsync());
        Assert.NotEqual(plain.Headers.ETag, answer.Headers.ETag);
    }

    [Fact]
    public async Task Nothing_can_be_sent_to_files_and_a_404_ignores_conditions()
    {
        await using var edge = await StartAsync();
        using var post = await edge.Client.PostAsync("http://shop.localhost/", new StringContent("x"));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, post.StatusCode);
        Assert.Equal(["GET", "HEAD"], post.Content.Headers.Allow.Order());

        using var lost = await edge.Client.GetAsync("http://shop.localhost/nothing");
        using var again = await edge.Client.SendAsync(new HttpRequestMessage(HttpMethod.Get, "http://shop.localhost/nothing")
        {
            Headers = { { "If-None-Match", lost.Headers.ETag!.ToString() }, { "Range", "bytes=0-0" } },
        });
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
        using var head = await edge.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "http://shop.localhost/"));
        Assert.Equal((HttpStatusCode.OK, 4L), (head.StatusCode, head.Content.Headers.ContentLength));
    }

    [Fact]
    public async Task A_revision_with_rules_that_cannot_be_served_is_refused_whole()
    {
        await using var edge = await StartAsync();
        var route = edge.RouteTo("shop") with { Site = new StaticSite(Path.Combine(edge.Config.LayersDirectory, "site")) };
        StaticSite[] bad =
        [
            new("/etc"),
            route.Site with { Redirects = [new("no-slash", "/", 301, false)] },
            route.Site with { Redirects = [new("/x", "javascript:alert(1)", 301, false)] },
            route.Site with { Redirects = [new("/x", "https://example.org/", 200, false)] },
            route.Site with { Redirects = [new("/x", "/y\r\nSet-Cookie: a", 301, false)] },
            route.Site with { Redirects = [new("/x", "/y", 500, false)] },
            route.Site with { Headers = [new("/", new Dictionary<string, string> { ["A B"] = "c" })] },
        ];
        foreach (var site in bad)
        {
            var (status, _) = await edge.PutAsync(new RoutingRevision(100, DateTimeOffset.UtcNow, [route with { Site = site }]));
            Assert.Equal(422, status);
        }

        Assert.Equal("home", await edge.Client.GetStringAsync("http://shop.localhost/"));
    }

    private static async Task<RunningEdge> StartAsync(
        IReadOnlyList<SiteRedirect>? redirects = null, IReadOnlyList<SiteHeaders>? headers = null, Action<string>? files = null)
    {
        var edge = await RunningEdge.StartAsync();
        var root = Path.Combine(edge.Config.LayersDirectory, "site");
        foreach (var folder in new[] { "shop", ".well-known" }) Directory.CreateDirectory(Path.Combine(root, folder));
        foreach (var (name, text) in new[] { ("index.html", "home"), ("about.html", "about"), ("shop/index.html", "shop"), ("404.html", "lost"), (".env", "secret"), (".well-known/security.txt", "contact") })
            await File.WriteAllTextAsync(Path.Combine(root, name), text);
        files?.Invoke(root);
        redirects ??=
        [
            new("/moved", "/about", 301, false), new("/blog/:year/:title", "/news/:title/:year", 302, false), new("/old/*", "/new/:splat", 301, false),
            new("/out/*", "https://example.org/:splat", 308, false), new("/go/*", "/:splat", 301, false),
        ];
        await edge.RouteAsync(edge.RouteTo("shop") with { Site = new StaticSite(root) { Redirects = redirects, Headers = headers ?? [] } });
        return edge;
    }
}
