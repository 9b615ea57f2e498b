using System.Globalization;
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
        using var keys = Folder.Empty("keys");
        var key = Path.Combine(keys.Path, "id");
        (await Run.ProgramAsync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "ada@sftp", "-f", key])).MustSucceed();
        (await platform.Cli.RunAsync("keys", "add", key + ".pub")).MustSucceed();
        (await platform.Cli.RunAsync("create", App)).MustSucceed();
        using var folder = Folder.Empty();
        using var site = platform.Site(App);
        var (user, port) = (platform.Config.SshUser, platform.Config.SshPort.ToString(CultureInfo.InvariantCulture));
        string[] options = ["-q", "-F", "/dev/null", "-P", port, "-i", key, "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-o", "BatchMode=yes"];

        folder.Write("index.html", "<h1>first</h1>");
        folder.Write("css/style.css", "h1 { color: teal }");
        (await Run.ProgramAsync("scp", [.. options, "-r", folder.Path + "/.", $"{user}@localhost:{App}/"])).MustSucceed();
        await site.UntilAsync((_, page) => page.Contains("first", StringComparison.Ordinal), TimeSpan.FromSeconds(60));

        folder.Write("index.html", "<h1>second</h1>");
        (await SftpAsync($"put {folder.Path}/index.html /{App}/index.html\n")).MustSucceed();
        await site.UntilAsync((_, page) => page.Contains("second", StringComparison.Ordinal), TimeSpan.FromSeconds(20));
        Assert.Contains("teal", await site.TextAsync("/css/style.css"), StringComparison.Ordinal);

        // Slowly, and cut in the middle: neither half of it is ever seen.
        folder.Write("index.html", "<h1>third</h1>" + new string(' ', 20_000_000));
        using (var sftp = Run.Start("sftp", [.. options, "-b", "-", "-l", "20000", $"{user}@localhost"], "/", null))
        {
            await sftp.StandardInput.WriteAsync($"put {folder.Path}/index.html /{App}/index.html\n");
            await sftp.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
            await Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken);
            sftp.Kill(entireProcessTree: true);
        }

        await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        Assert.Contains("second", await site.TextAsync(), StringComparison.Ordinal);

        (await platform.Cli.RunAsync("keys", "remove", "ada@sftp")).MustSucceed();
        (await SftpAsync("ls /\n")).MustFail(255);
        (await platform.Cli.RunAsync("destroy", "--app", App, "--confirm", App)).MustSucceed();

        Task<RunResult> SftpAsync(string batch) => Run.ProgramAsync("sftp", [.. options, "-b", "-", $"{user}@localhost"], "/", null, batch);
    }
}
