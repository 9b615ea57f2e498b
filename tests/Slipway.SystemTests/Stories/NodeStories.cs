using System.Net;
using Slipway.SystemTests.Server;
using Slipway.SystemTests.Sites;

namespace Slipway.SystemTests.Stories;

/// <summary>Node.js apps with packages of npm's registry.</summary>
public sealed class NodeStories(Platform platform)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_sample_runs_on_express_and_its_stream_reaches_the_visitor()
    {
        const string app = "log-story";
        using var folder = await Folder.CopyOfSampleAsync("node");
        using var site = platform.Site(app);
        var cli = platform.Cli.In(folder.Path);
        (await cli.RunAsync("deploy", "--app", app)).MustSucceed();

        using var watch = new HttpRequestMessage(HttpMethod.Get, new Uri(site.Url, "/watch"));
        using var stream = await site.StreamAsync(watch);
        using var lines = new StreamReader(await stream.Content.ReadAsStreamAsync(Cancel));
        using (var entry = new HttpRequestMessage(HttpMethod.Post, new Uri(site.Url, "/entries")) { Content = new FormUrlEncodedContent([KeyValuePair.Create("text", "trawler inbound")]) })
        using (var logged = await site.SendAsync(entry)) Assert.Equal(HttpStatusCode.SeeOther, logged.StatusCode);
        string? line;
        do
        {
            line = await lines.ReadLineAsync(Cancel).AsTask().WaitAsync(TimeSpan.FromSeconds(10), Cancel);
            Assert.NotNull(line);
        }
        while (!line.Contains("trawler inbound", StringComparison.Ordinal));

        folder.Replace("public/index.html", "<h1>Harbour log", "<h1>Log of the harbour");
        Assert.Contains("Unchanged: ", (await cli.RunAsync("deploy", "--app", app)).MustSucceed().Output, StringComparison.Ordinal);
        Assert.Contains("Log of the harbour", await site.TextAsync(), StringComparison.Ordinal);
        (await cli.RunAsync("destroy", "--app", app, "--confirm", app)).MustSucceed();
        await Leftovers.NoneOfAsync(platform, app);
    }

    [Fact]
    public async Task A_build_script_without_a_start_makes_a_site_and_a_package_that_does_not_exist_is_named()
    {
        const string app = "built-story";
        using var folder = Folder.Empty(app);
        folder.Write("package.json", """{ "name": "built", "scripts": { "build": "node make.js" }, "devDependencies": { "left-pad": "1.3.0" } }""");
        folder.Write("make.js", "const fs = require('fs'); fs.mkdirSync('dist'); fs.writeFileSync('dist/index.html', require('left-pad')('built', 9, '.') + process.env.GREETING);");
        using var site = platform.Site(app);
        var cli = platform.Cli.In(folder.Path);
        (await cli.RunAsync("create", app)).MustSucceed();
        (await cli.RunAsync("config", "set", "--app", app, "GREETING=hello")).MustSucceed();
        (await cli.RunAsync("deploy", "--app", app)).MustSucceed();
        Assert.Equal("....builthello", await site.TextAsync());

        folder.Replace("package.json", "left-pad", "slipway-no-such-package-at-all");
        Assert.Contains("slipway-no-such-package-at-all", (await cli.RunAsync("deploy", "--app", app)).MustFail(5).ToString(), StringComparison.Ordinal);
        Assert.Equal("....builthello", await site.TextAsync());
        (await cli.RunAsync("destroy", "--app", app, "--confirm", app)).MustSucceed();
    }
}
