using System.Diagnostics;
using Slipway.SystemTests.Server;
using Slipway.SystemTests.Sites;

namespace Slipway.SystemTests.Drops;

/// <summary>Saving a file makes it live, through real WebDAV clients.</summary>
public sealed class DropFolderStories(Platform platform)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_saved_page_is_live_and_the_next_one_within_a_second()
    {
        using var dav = await NewAsync("saved-page");
        await dav.PutAsync("index.html", "<h1>one</h1>");
        await platform.Site("saved-page").UntilAsync((_, text) => text.Contains("one", StringComparison.Ordinal), Patience);

        // The best of three: the machine does other things, too.
        var best = TimeSpan.MaxValue;
        foreach (var word in (string[])["two", "three", "four"])
        {
            var began = Stopwatch.GetTimestamp();
            await dav.PutAsync("index.html", $"<h1>{word}</h1>");
            await platform.Site("saved-page").UntilAsync((_, text) => text.Contains(word, StringComparison.Ordinal), Patience);
            var took = Stopwatch.GetElapsedTime(began);
            if (took < best) best = took;
        }

        Assert.True(best < TimeSpan.FromSeconds(1), $"a saved file took {best.TotalSeconds:0.00} s to be live");
    }

    [Fact]
    public async Task A_folder_of_files_is_one_release()
    {
        using var dav = await NewAsync("many-saves");
        await dav.SendAsync("MKCOL", "css/");
        for (var i = 0; i < 50; i++) await dav.PutAsync($"css/{i}.css", $"/* {i} */");
        await dav.PutAsync("index.html", "complete");
        await platform.Site("many-saves").UntilAsync((_, text) => text.Contains("complete", StringComparison.Ordinal), Patience);
        Assert.Contains("/* 49 */", await platform.Site("many-saves").TextAsync("/css/49.css"));
        var releases = await platform.Cli.RunAsync("releases", "--app", "many-saves", "--json");
        using var all = System.Text.Json.JsonDocument.Parse(releases.Output);
        Assert.Equal(1, all.RootElement.GetArrayLength());
    }

    [Fact]
    public async Task Half_a_file_never_goes_live()
    {
        using var dav = await NewAsync("half-file");
        await dav.PutAsync("index.html", "whole");
        var site = platform.Site("half-file");
        await site.UntilAsync((_, text) => text == "whole", Patience);
        await dav.PutHalfAsync("index.html", "half of it");
        await dav.PutHalfAsync("new.html", "half of it");
        await dav.PutAsync("other.html", "other"); // and a deploy meanwhile
        await site.UntilAsync((status, _) => (int)status == 200, Patience, "/other.html");
        Assert.Equal("whole", await site.TextAsync());
        Assert.Equal("whole", await dav.GetAsync("index.html"));
        Assert.Null(await dav.GetAsync("new.html"));
    }

    [Fact]
    public async Task A_broken_save_is_told_beside_the_files_until_it_is_mended()
    {
        const string app = "broken-save", note = "DEPLOY-FAILED.txt";
        using var folder = PlainSite.Create(app, "sound");
        (await platform.Cli.In(folder.Path).RunAsync("deploy", "--app", app)).MustSucceed();
        using var dav = await Dav.OpenAsync(platform, app);
        Assert.Equal(File.ReadAllText(Path.Combine(folder.Path, "server.py")), await dav.GetAsync("server.py")); // filled with what serves

        PlainSite.Break(folder);
        await dav.PutAsync("server.py", File.ReadAllText(Path.Combine(folder.Path, "server.py")));
        var told = "";
        await Eventually.TrueAsync(async () => (told = await dav.GetAsync(note)) is not null, TimeSpan.FromMinutes(2), () => "no " + note);
        Assert.Contains("v1 serves on as before", told);
        Assert.Contains("the mast is broken", told);
        Assert.Equal("sound", await platform.Site(app).TextAsync());

        PlainSite.Say(folder, "mended");
        await dav.PutAsync("server.py", File.ReadAllText(Path.Combine(folder.Path, "server.py")));
        await platform.Site(app).UntilAsync((_, text) => text == "mended", Patience);
        await Eventually.TrueAsync(async () => await dav.GetAsync(note) is null, Patience, () => note + " is still there");
    }

    [Fact]
    public async Task What_is_deployed_in_another_way_comes_into_the_folder()
    {
        const string app = "two-ways";
        using var dav = await NewAsync(app);
        await dav.PutAsync("index.html", "saved");
        await dav.PutAsync("old.html", "old");
        await platform.Site(app).UntilAsync((_, text) => text == "saved", Patience);
        using var folder = Folder.Empty(app);
        folder.Write("index.html", "deployed");
        (await platform.Cli.In(folder.Path).RunAsync("deploy", "--app", app)).MustSucceed();
        await Eventually.TrueAsync(async () =>
        {
            Assert.Equal(System.Net.HttpStatusCode.MultiStatus, await dav.SendAsync("PROPFIND", "", ("Depth", "1")));
            return await dav.GetAsync("index.html") == "deployed";
        }, Patience, () => "the folder still has what was there before");
        Assert.Null(await dav.GetAsync("old.html"));
        await dav.PutAsync("more.html", "more");
        await platform.Site(app).UntilAsync((_, text) => text == "more", Patience, "/more.html");
        Assert.Equal("deployed", await platform.Site(app).TextAsync());
    }

    [Fact]
    public async Task What_was_saved_while_slipwayd_was_away_is_live_when_it_is_back()
    {
        using var dav = await NewAsync("away");
        await dav.PutAsync("index.html", "before");
        await platform.Site("away").UntilAsync((_, text) => text == "before", Patience);
        var file = Directory.EnumerateFiles(Path.Combine(platform.Config.ControlDirectory, "drops"), "index.html", SearchOption.AllDirectories)
            .Single(path => File.ReadAllText(path) == "before");
        foreach (var pid in Daemons.Control(platform)) Daemons.KillHard(pid);
        await File.WriteAllTextAsync(file, "meanwhile");
        await platform.Site("away").UntilAsync((_, text) => text == "meanwhile", Patience);
    }

    [Fact]
    public async Task Nobody_gets_in_without_the_token_or_into_the_folder_of_another()
    {
        using var dav = await NewAsync("closed-folder");
        var (url, wrong) = (new Uri(dav.Url, "index.html").ToString(), "me:slipway-wrong");
        Assert.Equal("401", (await CurlAsync("-o", "/dev/null", "-w", "%{http_code}", url)).Output);
        Assert.Equal("401", (await CurlAsync("-o", "/dev/null", "-w", "%{http_code}", "-u", wrong, url)).Output);
        var member = (await platform.Cli.RunAsync("accounts", "add", "drops@example.org", "--json")).MustSucceed();
        using var made = System.Text.Json.JsonDocument.Parse(member.Output);
        Assert.Equal("404", (await CurlAsync("-o", "/dev/null", "-w", "%{http_code}", "-T", "/etc/hostname", "-u", "me:" + made.RootElement.GetProperty("token").GetString(), url)).Output);
        foreach (var path in (string[])["../../keys/master.key", "..%2f..%2fkeys%2fmaster.key", "%2e%2e/%2e%2e/keys/master.key", "a/%2e%2e/%2e%2e/%2e%2e/x"])
            Assert.DoesNotContain("200", (await CurlAsync("--path-as-is", "-o", "/dev/null", "-w", "%{http_code}", "-u", "me:" + dav.Token, dav.Url + path)).Output);
    }

    [Fact]
    public async Task Cadaver_puts_a_site_and_takes_it_away()
    {
        using var dav = await NewAsync("cadaver");
        using var local = Folder.Empty("local");
        local.Write("index.html", "by cadaver");
        local.Write("about.html", "about");
        File.WriteAllText(Path.Combine(local.Path, ".netrc"), $"machine {dav.Url.Host}\nlogin me\npassword {dav.Token}\n");
        var commands = "mkcol pages\nput index.html\nput about.html\nmove about.html pages/about.html\ncopy index.html copy.html\nls\nlock index.html\nunlock index.html\nquit\n";
        var run = await NamedAsync("cadaver", [dav.Url.ToString()], local.Path, new Dictionary<string, string?> { ["HOME"] = local.Path }, commands);
        Assert.DoesNotContain("failed", run.Output);
        Assert.Contains("pages", run.Output);
        var site = platform.Site("cadaver");
        await site.UntilAsync((_, text) => text == "by cadaver", Patience);
        Assert.Equal("about", await site.TextAsync("/pages/about"));
    }

    /// <summary>The test suite that WebDAV servers are measured by. Its properties that are not a file's own have no place here.</summary>
    [Theory]
    [InlineData("basic")]
    [InlineData("copymove")]
    [InlineData("locks")]
    [InlineData("http")]
    public async Task Litmus_finds_nothing(string suite)
    {
        using var dav = await NewAsync("litmus-" + suite);
        using var folder = Folder.Empty("litmus"); // it leaves a log behind
        var run = await NamedAsync(
            "/usr/libexec/litmus/" + suite, ["--htdocs=/usr/share/litmus/htdocs", dav.Url.ToString(), "me", dav.Token], folder.Path, new Dictionary<string, string?>());
        Assert.Contains($"<- summary for `{suite}'", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(run.Output.Split('\n'), line => line.Contains("FAIL", StringComparison.Ordinal) && !line.Contains("PROPPATCH", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Its_folder_goes_with_the_app()
    {
        using var dav = await NewAsync("gone-folder");
        await dav.PutAsync("index.html", "short-lived");
        await platform.Site("gone-folder").UntilAsync((_, text) => text == "short-lived", Patience);
        var id = (await platform.AppsAsync()).Single(app => app.Name.Value == "gone-folder").Id;
        Assert.True(Directory.Exists(Path.Combine(platform.Config.ControlDirectory, "drops", id.ToString())));
        (await platform.Cli.RunAsync("destroy", "--app", "gone-folder", "--confirm", "gone-folder")).MustSucceed();
        Assert.False(Directory.Exists(Path.Combine(platform.Config.ControlDirectory, "drops", id.ToString())));
    }

    private async Task<Dav> NewAsync(string app)
    {
        (await platform.Cli.RunAsync("create", app)).MustSucceed();
        return await Dav.OpenAsync(platform, app);
    }

    /// <summary>With the server's name in its hosts file: browsers and curl know what 'localhost' at a name's end means, the C library does not.</summary>
    private async Task<RunResult> NamedAsync(string program, string[] arguments, string folder, Dictionary<string, string?> environment, string input = "")
    {
        var hosts = Path.Combine(Path.GetDirectoryName(folder)!, "hosts");
        await File.WriteAllTextAsync(hosts, $"127.0.0.1 localhost {platform.Config.ControlHost}\n");
        return await Run.ProgramAsync(
            "unshare", ["--mount", "sh", "-c", "mount --bind \"$0\" /etc/hosts && exec \"$@\"", hosts, program, .. arguments], folder, environment, input);
    }

    private static Task<RunResult> CurlAsync(params string[] arguments) => Run.ProgramAsync("curl", ["-s", .. arguments]);
}
