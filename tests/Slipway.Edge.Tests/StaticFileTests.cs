using System.IO.Compression;
using System.Net;
using Slipway.Contracts.Routing;

namespace Slipway.Edge.Tests;

public sealed class StaticFileTests
{
    private const string Hashed = "css/site.0123456789ab.css";

    [Fact]
    public async Task A_layers_files_are_served_with_types_tags_and_lifetimes_and_the_rest_goes_to_the_app()
    {
        await using var edge = await StartAsync();
        await using var app = await RouteAsync(edge);

        using var hashed = await edge.Client.GetAsync("http://shop.localhost/static/" + Hashed);
        Assert.Equal("text/css; charset=utf-8", hashed.Content.Headers.ContentType!.ToString());
        Assert.Equal("public, max-age=31536000, immutable", hashed.Headers.NonValidated["Cache-Control"].ToString());
        Assert.NotNull(hashed.Headers.ETag);
        using var plain = await edge.Client.GetAsync("http://shop.localhost/static/logo.txt");
        Assert.Equal("public, max-age=60", plain.Headers.CacheControl!.ToString());
        Assert.Equal("logo", await plain.Content.ReadAsStringAsync());

        foreach (var path in new[] { "/", "/static", "/static/", "/static/css/", "/static/none.css", "/static/.secret", "/staticx/logo.txt" })
            Assert.Equal("app", await edge.Client.GetStringAsync("http://shop.localhost" + path));
        Assert.Equal("app", await (await edge.Client.PostAsync("http://shop.localhost/static/logo.txt", null)).Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Headers_of_a_route_are_set_on_files_and_on_the_apps_answers_and_the_longer_prefix_holds()
    {
        await using var edge = await StartAsync();
        await using var app = await RouteAsync(edge, new("/static/", new Dictionary<string, string> { ["Cache-Control"] = "max-age=7", ["X-Where"] = "static" }),
            new("/", new Dictionary<string, string> { ["X-Where"] = "site" }));
        using var file = await edge.Client.GetAsync("http://shop.localhost/static/logo.txt");
        Assert.Equal(("max-age=7", "static"), (file.Headers.CacheControl!.ToString(), Assert.Single(file.Headers.GetValues("X-Where"))));
        using var answer = await edge.Client.GetAsync("http://shop.localhost/");
        Assert.Equal("site", Assert.Single(answer.Headers.GetValues("X-Where")));
        using var below = await edge.Client.GetAsync("http://shop.localhost/static/none.css");
        Assert.Equal(("app", "static"), (await below.Content.ReadAsStringAsync(), Assert.Single(below.Headers.GetValues("X-Where"))));
    }

    [Fact]
    public async Task A_known_tag_gets_304_a_required_other_one_412_and_head_has_no_body()
    {
        await using var edge = await StartAsync();
        await using var app = await RouteAsync(edge);
        var tag = (await edge.Client.GetAsync("http://shop.localhost/static/logo.txt")).Headers.ETag!.ToString();

        Assert.Equal(HttpStatusCode.NotModified, (await SendAsync(edge, "logo.txt", ("If-None-Match", tag))).StatusCode);
        Assert.Equal(HttpStatusCode.NotModified, (await SendAsync(edge, "logo.txt", ("If-None-Match", "\"other\", W/" + tag))).StatusCode);
        Assert.Equal(HttpStatusCode.NotModified, (await SendAsync(edge, "logo.txt", ("If-None-Match", "*"))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(edge, "logo.txt", ("If-None-Match", "\"other\""))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(edge, "logo.txt", ("If-Match", tag))).StatusCode);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await SendAsync(edge, "logo.txt", ("If-Match", "\"other\""))).StatusCode);

        using var head = await edge.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "http://shop.localhost/static/logo.txt"));
        Assert.Equal(4, head.Content.Headers.ContentLength);
        Assert.Equal(tag, head.Headers.ETag!.ToString());
    }

    [Theory]
    [InlineData("bytes=0-3", 206, "0123", "bytes 0-3/10000")]
    [InlineData("bytes=9998-", 206, "89", "bytes 9998-9999/10000")]
    [InlineData("bytes=-3", 206, "789", "bytes 9997-9999/10000")]
    [InlineData("bytes=9999-20000", 206, "9", "bytes 9999-9999/10000")]
    [InlineData("bytes=10000-", 416, "", "bytes */10000")]
    [InlineData("bytes=-0", 416, "", "bytes */10000")]
    [InlineData("bytes=5-2", 200, null, null)]
    [InlineData("bytes=0-0,5-6", 200, null, null)]
    [InlineData("lines=1-2", 200, null, null)]
    public async Task A_range_is_answered(string range, int status, string? body, string? contentRange)
    {
        await using var edge = await StartAsync();
        await using var app = await RouteAsync(edge);
        foreach (var file in new[] { "/static/digits.bin", "/media/digits.bin" })
        {
            var raw = await edge.RawAsync($"GET {file} HTTP/1.1\r\nHost: shop.localhost\r\nRange: {range}\r\nConnection: close\r\n\r\n");
            Assert.StartsWith($"HTTP/1.1 {status} ", raw);
            if (contentRange is not null) Assert.Contains("Content-Range: " + contentRange, raw);
            if (body is not null) Assert.EndsWith("\r\n\r\n" + body, raw);
            else Assert.Contains("Content-Length: 10000", raw);
        }
    }

    [Fact]
    public async Task A_range_of_another_version_gets_the_whole_file()
    {
        await using var edge = await StartAsync();
        await using var app = await RouteAsync(edge);
        var tag = (await edge.Client.GetAsync("http://shop.localhost/static/digits.bin")).Headers.ETag!.ToString();
        Assert.Equal(HttpStatusCode.PartialContent, (await SendAsync(edge, "digits.bin", ("Range", "bytes=0-1"), ("If-Range", tag))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(edge, "digits.bin", ("Range", "bytes=0-1"), ("If-Range", "\"other\""))).StatusCode);
    }

    [Fact]
    public async Task Text_is_compressed_for_who_accepts_it_and_its_tag_says_so()
    {
        await using var edge = await StartAsync();
        await using var app = await RouteAsync(edge);
        await RunningEdge.EventuallyAsync(async () => (await SendAsync(edge, Hashed, ("Accept-Encoding", "gzip"))).Content.Headers.ContentEncoding.Count > 0);

        var plain = await SendAsync(edge, Hashed);
        var text = await plain.Content.ReadAsStringAsync();
        Assert.Empty(plain.Content.Headers.ContentEncoding);
        Assert.Equal("Accept-Encoding", plain.Headers.Vary.Single());
        await RunningEdge.EventuallyAsync(async () => (await SendAsync(edge, Hashed, ("Accept-Encoding", "gzip, br"))).Content.Headers.ContentEncoding.SingleOrDefault() == "br");
        var brotli = await SendAsync(edge, Hashed, ("Accept-Encoding", "gzip, br"));
        var gzip = await SendAsync(edge, Hashed, ("Accept-Encoding", "br;q=0, gzip;q=0.5"));
        Assert.Equal(text, await new StreamReader(new BrotliStream(await brotli.Content.ReadAsStreamAsync(), CompressionMode.Decompress)).ReadToEndAsync());
        Assert.Equal("gzip", gzip.Content.Headers.ContentEncoding.Single());
        Assert.Equal(text, await new StreamReader(new GZipStream(await gzip.Content.ReadAsStreamAsync(), CompressionMode.Decompress)).ReadToEndAsync());
        Assert.Equal(3, new[] { plain, brotli, gzip }.Select(a => a.Headers.ETag!.ToString()).Distinct().Count());
        Assert.Empty((await SendAsync(edge, "digits.bin", ("Accept-Encoding", "br"))).Content.Headers.ContentEncoding);
    }

    [Fact]
    public async Task An_upload_is_served_as_it_is_now_and_cannot_run_in_the_apps_origin()
    {
        await using var edge = await StartAsync();
        await using var app = await RouteAsync(edge);
        var path = Path.Combine(edge.Config.VolumesDirectory, "shop/media/note.txt");
        await File.WriteAllTextAsync(path, "one");
        using var first = await edge.Client.GetAsync("http://shop.localhost/media/note.txt");
        Assert.Equal("one", await first.Content.ReadAsStringAsync());
        Assert.Equal("no-cache", first.Headers.CacheControl!.ToString());
        Assert.Equal("nosniff", first.Headers.GetValues("X-Content-Type-Options").Single());
        var modified = first.Content.Headers.LastModified!.Value;
        Assert.Equal(HttpStatusCode.NotModified, (await SendToAsync(edge, "/media/note.txt", ("If-Modified-Since", modified.ToString("R")))).StatusCode);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await SendToAsync(edge, "/media/note.txt", ("If-Unmodified-Since", modified.AddHours(-1).ToString("R")))).StatusCode);

        await File.WriteAllTextAsync(path, "two, longer");
        Assert.Equal("two, longer", await edge.Client.GetStringAsync("http://shop.localhost/media/note.txt"));
        File.Delete(path);
        Assert.Equal("app", await edge.Client.GetStringAsync("http://shop.localhost/media/note.txt"));

        foreach (var active in new[] { "x.html", "x.svg", "x.xml", "x.HTM" })
        {
            await File.WriteAllTextAsync(Path.Combine(edge.Config.VolumesDirectory, "shop/media", active), "<script>alert(1)</script>");
            Assert.Equal("attachment", (await edge.Client.GetAsync("http://shop.localhost/media/" + active)).Content.Headers.ContentDisposition!.DispositionType);
        }
    }

    [Theory]
    [InlineData("/{0}/../secret.txt")]
    [InlineData("/{0}/../../../../../../etc/passwd")]
    [InlineData("/{0}/%2e%2e/secret.txt")]
    [InlineData("/{0}/.%2e/secret.txt")]
    [InlineData("/{0}/%2e%2e%2fsecret.txt")]
    [InlineData("/{0}/..%2fsecret.txt")]
    [InlineData("/{0}/%252e%252e/secret.txt")]
    [InlineData("/{0}/..%5csecret.txt")]
    [InlineData("/{0}/..\\secret.txt")]
    [InlineData("/{0}/%c0%ae%c0%ae/secret.txt")]
    [InlineData("/{0}//etc/passwd")]
    [InlineData("/{0}//../secret.txt")]
    [InlineData("/{0}/css/../../secret.txt")]
    [InlineData("/{0}/%00/secret.txt")]
    [InlineData("/{0}/logo.txt%00.css")]
    [InlineData("/{0}/out/secret.txt")]
    [InlineData("/{0}/out.txt")]
    [InlineData("/{0}/absolute.txt")]
    [InlineData("/{0}/proc/cwd")]
    [InlineData("/{0}/fifo")]
    [InlineData("/{0}/css")]
    [InlineData("/{0}/.hidden/secret.txt")]
    public async Task Nothing_outside_of_the_folder_is_reached(string target)
    {
        await using var edge = await StartAsync();
        await using var app = await RouteAsync(edge);
        foreach (var mount in new[] { "static", "media" })
        {
            var answer = await edge.RawAsync($"GET {string.Format(target, mount)} HTTP/1.1\r\nHost: shop.localhost\r\nConnection: close\r\n\r\n");
            Assert.DoesNotContain("SECRET", answer);
            Assert.DoesNotContain("root:", answer);
            Assert.True(answer.Contains("\r\n\r\napp") || answer.EndsWith("\r\n\r\n3\r\napp\r\n0\r\n\r\n") || answer.StartsWith("HTTP/1.1 400"), answer);
        }
    }

    [Fact]
    public async Task A_link_inside_the_folder_is_followed()
    {
        await using var edge = await StartAsync();
        await using var app = await RouteAsync(edge);
        Assert.Equal("logo", await edge.Client.GetStringAsync("http://shop.localhost/static/inside.txt"));
        Assert.Equal("logo", await edge.Client.GetStringAsync("http://shop.localhost/media/inside.txt"));
    }

    [Fact]
    public async Task Large_files_come_whole()
    {
        await using var edge = await StartAsync();
        await using var app = await RouteAsync(edge);
        var bytes = await edge.Client.GetByteArrayAsync("http://shop.localhost/static/large.bin");
        Assert.Equal(File.ReadAllBytes(Path.Combine(edge.Config.LayersDirectory, "sha256-1/static/large.bin")), bytes);
    }

    [Fact]
    public async Task A_file_that_has_gone_from_its_layer_is_an_H99_and_only_of_its_own_request()
    {
        await using var edge = await StartAsync();
        await using var app = await RouteAsync(edge);
        File.Delete(Path.Combine(edge.Config.LayersDirectory, "sha256-1/static/large.bin"));
        using var answer = await edge.Client.GetAsync("http://shop.localhost/static/large.bin");
        Assert.Equal((HttpStatusCode.InternalServerError, "H99"), (answer.StatusCode, answer.Headers.GetValues("Slipway-Error").Single()));
        Assert.Contains("H99", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await edge.RouterLogAsync("shop", "at=error code=H99 ");
        Assert.Equal("logo", await edge.Client.GetStringAsync("http://shop.localhost/static/logo.txt"));
    }

    private static Task<RunningEdge> StartAsync() => RunningEdge.StartAsync(config =>
    {
        foreach (var folder in new[] { Path.Combine(config.LayersDirectory, "sha256-1/static"), Path.Combine(config.VolumesDirectory, "shop/media") })
        {
            Directory.CreateDirectory(Path.Combine(folder, "css"));
            Directory.CreateDirectory(Path.Combine(folder, ".hidden"));
            File.WriteAllText(Path.Combine(folder, "logo.txt"), "logo");
            File.WriteAllText(Path.Combine(folder, Hashed), string.Concat(Enumerable.Repeat("body { color: #123 }\n", 200)));
            File.WriteAllText(Path.Combine(folder, "digits.bin"), string.Concat(Enumerable.Repeat("0123456789", 1000)));
            File.WriteAllBytes(Path.Combine(folder, "large.bin"), [.. Enumerable.Range(0, 3_000_000).Select(i => (byte)(i * 31 >> 3))]);
            File.WriteAllText(Path.Combine(folder, ".secret"), "SECRET");
            File.WriteAllText(Path.Combine(folder, ".hidden/secret.txt"), "SECRET");
            File.WriteAllText(Path.Combine(folder, "../secret.txt"), "SECRET");
            File.CreateSymbolicLink(Path.Combine(folder, "out"), "..");
            File.CreateSymbolicLink(Path.Combine(folder, "out.txt"), "../secret.txt");
            File.CreateSymbolicLink(Path.Combine(folder, "absolute.txt"), "/etc/passwd");
            File.CreateSymbolicLink(Path.Combine(folder, "proc"), "/proc/self");
            File.CreateSymbolicLink(Path.Combine(folder, "inside.txt"), "logo.txt");
            using var fifo = System.Diagnostics.Process.Start("mkfifo", [Path.Combine(folder, "fifo")]);
            fifo.WaitForExit();
        }
    });

    private static async Task<Site> RouteAsync(RunningEdge edge, params IReadOnlyList<HeaderRule> headers)
    {
        var site = await Site.SayingAsync("app");
        await edge.RouteAsync(edge.RouteTo("shop", site.Address) with
        {
            Static =
            [
                new("/static/", Path.Combine(edge.Config.LayersDirectory, "sha256-1/static"), StaticKind.Layer),
                new("/media/", Path.Combine(edge.Config.VolumesDirectory, "shop/media"), StaticKind.Volume),
            ],
            Headers = headers,
        });
        return site;
    }

    private static Task<HttpResponseMessage> SendAsync(RunningEdge edge, string file, params (string Name, string Value)[] headers) =>
        SendToAsync(edge, "/static/" + file, headers);

    private static Task<HttpResponseMessage> SendToAsync(RunningEdge edge, string path, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "http://shop.localhost" + path);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return edge.Client.SendAsync(request);
    }
}
