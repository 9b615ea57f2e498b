using System.IO.Compression;
using System.Net;
using Slipway.SystemTests.Server;
using Slipway.SystemTests.Sites;

namespace Slipway.SystemTests.Stories;

/// <summary>Folders of files, which the edge serves with no instance behind them.</summary>
public sealed class StaticSiteStories(Platform platform)
{
    [Fact]
    public async Task A_site_of_files_is_served_changed_and_rolled_back_without_any_process()
    {
        const string app = "harbour-story";
        using var folder = await Folder.CopyOfSampleAsync("static");
        folder.Write(".env", "SECRET=1");
        folder.Write("index.html~", "a backup");
        using var site = platform.Site(app);
        var cli = platform.Cli.In(folder.Path);
        var log = (await cli.RunAsync("deploy", "--app", app)).MustSucceed().Output;
        Assert.Contains("Kind: static, because there is index.html", log, StringComparison.Ordinal);

        Assert.Contains("A quiet harbour", await site.TextAsync(), StringComparison.Ordinal);
        Assert.Contains("berths.html", await site.TextAsync("/berths"), StringComparison.Ordinal);
        using (var moved = await site.GetAsync("/moorings"))
            Assert.Equal((HttpStatusCode.MovedPermanently, "/berths"), (moved.StatusCode, moved.Headers.Location!.OriginalString));
        foreach (var hidden in new[] { "/.env", "/index.html~", "/_headers", "/nothing" })
        {
            using var answer = await site.GetAsync(hidden);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
            Assert.Contains("Off the chart", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
            Assert.Equal("default-src 'self'", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")));
        }

        folder.Replace("index.html", "A quiet harbour", "A busy harbour");
        (await cli.RunAsync("deploy", "--app", app)).MustSucceed();
        Assert.Contains("A busy harbour", await site.TextAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain("web.1", (await cli.RunAsync("ps", "--app", app)).MustSucceed().Output, StringComparison.Ordinal);

        (await cli.RunAsync("rollback", "--app", app)).MustSucceed();
        Assert.Contains("A quiet harbour", await site.TextAsync(), StringComparison.Ordinal);

        folder.Write("_redirects", "/a\n");
        Assert.Contains("_redirects:1", (await cli.RunAsync("deploy", "--app", app)).MustFail(5).ToString(), StringComparison.Ordinal);
        Assert.Contains("A quiet harbour", await site.TextAsync(), StringComparison.Ordinal);

        (await cli.RunAsync("destroy", "--app", app, "--confirm", app)).MustSucceed();
        await site.UntilAsync((status, _) => status == HttpStatusCode.NotFound, TimeSpan.FromSeconds(10), "/berths");
        await Leftovers.NoneOfAsync(platform, app);
    }

    [Fact]
    public async Task A_single_page_app_answers_on_every_path_and_what_was_compressed_before_is_sent_as_it_is()
    {
        const string app = "pages-story";
        using var folder = Folder.Empty(app);
        folder.Write("dist/index.html", "<div id=app></div>");
        folder.Write("dist/_redirects", "/* /index.html 200\n");
        var plain = string.Concat(Enumerable.Repeat("run();\n", 200));
        folder.Write("dist/app.js", plain);
        byte[] compressed;
        using (var memory = new MemoryStream())
        {
            using (var brotli = new BrotliStream(memory, CompressionLevel.SmallestSize, leaveOpen: true)) brotli.Write("run() // by hand"u8);
            compressed = memory.ToArray();
        }

        File.WriteAllBytes(Path.Combine(folder.Path, "dist/app.js.br"), compressed);
        using var site = platform.Site(app);
        (await platform.Cli.In(folder.Path).RunAsync("deploy", "--app", app)).MustSucceed();
        Assert.Equal("<div id=app></div>", await site.TextAsync("/boats/12/edit"));
        Assert.Equal(plain, await site.TextAsync("/app.js"));
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(site.Url, "/app.js")) { Headers = { AcceptEncoding = { new("br") } } };
        using (var answer = await site.SendAsync(request))
        {
            Assert.Equal("br", Assert.Single(answer.Content.Headers.ContentEncoding));
            Assert.Equal(compressed, await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        }

        (await platform.Cli.RunAsync("destroy", "--app", app, "--confirm", app)).MustSucceed();
    }
}
