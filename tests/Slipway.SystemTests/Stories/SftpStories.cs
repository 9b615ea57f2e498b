using Slipway.SystemTests.Drops;
using Slipway.SystemTests.Server;
using Slipway.SystemTests.Sites;

namespace Slipway.SystemTests.Stories;

/// <summary>Saving a file makes it live: OpenSSH's sftp and scp through the server's own sshd.</summary>
public sealed class SftpStories(Platform platform)
{
    private const string App = "dropped-by-sftp";

    [Fact]
    public async Task What_is_copied_is_live_and_what_is_cut_short_never_is()
    {
        using var sftp = await Sftp.OpenAsync(platform, "ada@sftp");
        (await platform.Cli.RunAsync("create", App)).MustSucceed();
        using var folder = Folder.Empty();
        using var site = platform.Site(App);

        folder.Write("index.html", "<h1>first</h1>");
        folder.Write("css/style.css", "h1 { color: teal }");
        (await sftp.CopyAsync(folder, App)).MustSucceed();
        await site.UntilAsync((_, page) => page.Contains("first", StringComparison.Ordinal), TimeSpan.FromSeconds(60));

        folder.Write("index.html", "<h1>second</h1>");
        (await sftp.RunAsync($"put {folder.Path}/index.html /{App}/index.html\n")).MustSucceed();
        await site.UntilAsync((_, page) => page.Contains("second", StringComparison.Ordinal), TimeSpan.FromSeconds(20));
        Assert.Contains("teal", await site.TextAsync("/css/style.css"), StringComparison.Ordinal);

        // Slowly, and cut in the middle: neither half of it is ever seen.
        folder.Write("index.html", "<h1>third</h1>" + new string(' ', 20_000_000));
        using (var slow = sftp.Start(limit: 20_000))
        {
            await slow.StandardInput.WriteAsync($"put {folder.Path}/index.html /{App}/index.html\n");
            await slow.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
            await Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken);
            slow.Kill(entireProcessTree: true);
        }

        await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        Assert.Contains("second", await site.TextAsync(), StringComparison.Ordinal);

        (await platform.Cli.RunAsync("keys", "remove", "ada@sftp")).MustSucceed();
        (await sftp.RunAsync("ls /\n")).MustFail(255);
        (await platform.Cli.RunAsync("destroy", "--app", App, "--confirm", App)).MustSucceed();
    }
}
