using System.Globalization;
using Slipway.SystemTests.Server;
using Slipway.SystemTests.Sites;

namespace Slipway.SystemTests.Stories;

/// <summary>git push, with the real git and the real ssh.</summary>
public sealed class GitStories(Platform platform)
{
    private const string App = "pushed";

    [Fact]
    public async Task A_push_is_live_when_it_ends_and_a_broken_one_is_refused()
    {
        using var folder = await VersionedSite.CreateAsync("pushed");
        var repository = await BeginAsync(folder, App);
        using var site = platform.Site(App);

        var first = await repository.MustAsync("push", "slipway", "main");
        Assert.Contains($"remote: -----> Live: {site.Url}", first.Errors, StringComparison.Ordinal);
        Assert.Equal(1, VersionedSite.Of(await site.TextAsync()));

        VersionedSite.Set(folder, "pushed", 2);
        await repository.CommitAsync("second version");
        await repository.MustAsync("push", "slipway", "main");
        Assert.Equal(2, VersionedSite.Of(await site.TextAsync()));
        Assert.Equal(await repository.HeadAsync(), await repository.RemoteBranchAsync("main"));
        Assert.Contains("second version", (await platform.Cli.RunAsync("releases", "--app", App)).MustSucceed().Output, StringComparison.Ordinal);

        var good = await repository.HeadAsync();
        folder.Write("pushed/views.py", "def version(request:\n");
        await repository.CommitAsync("broken");
        var refused = (await repository.RunAsync("push", "slipway", "main")).MustFail(1);
        Assert.Contains("remote:  !     ", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("serves on as before", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("pre-receive hook declined", refused.Errors, StringComparison.Ordinal);
        Assert.Equal(good, await repository.RemoteBranchAsync("main"));
        Assert.Equal(2, VersionedSite.Of(await site.TextAsync()));

        // What is not deployed is kept all the same, and can be cloned.
        var kept = await repository.MustAsync("push", "slipway", "main:draft");
        Assert.Contains("git push slipway draft:main deploys it", kept.Errors, StringComparison.Ordinal);
        await repository.MustAsync("fetch", "slipway");
        await DestroyAsync(App);
    }

    [Fact]
    public async Task Ctrl_c_takes_the_deploy_back_and_the_next_push_goes_through()
    {
        const string app = "let-go";
        using var folder = await VersionedSite.CreateAsync("letgo");
        var repository = await BeginAsync(folder, app);
        await repository.MustAsync("push", "slipway", "main");
        var good = await repository.HeadAsync();

        VersionedSite.Set(folder, "letgo", 2);
        folder.Write("Procfile", "release: sleep 600\n");
        await repository.CommitAsync("slow");
        using (var push = repository.Start("push", "slipway", "main"))
        {
            await UntilAsync(push, "$ sleep 600");
            var other = (await repository.RunAsync("push", "slipway", "main")).MustFail(1);
            Assert.Contains("Another deploy of let-go is in progress", other.Errors, StringComparison.Ordinal);
            Daemons.Interrupt(push.Id);
            await push.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        await Eventually.TrueAsync(
            async () => (await platform.Cli.RunAsync("deploys", "--app", app, "--json")).Output.Contains("deploy_cancelled", StringComparison.Ordinal),
            TimeSpan.FromSeconds(30), () => "the deploy goes on");
        Assert.Equal(good, await repository.RemoteBranchAsync("main"));
        using var site = platform.Site(app);
        Assert.Equal(1, VersionedSite.Of(await site.TextAsync()));

        File.Delete(Path.Combine(folder.Path, "Procfile"));
        await repository.CommitAsync("quick");
        await repository.MustAsync("push", "slipway", "main");
        Assert.Equal(2, VersionedSite.Of(await site.TextAsync()));
        await DestroyAsync(app);
    }

    [Fact]
    public async Task Over_ssh_a_key_is_enough_and_nothing_but_git_is_run()
    {
        const string app = "over-ssh";
        using var folder = await VersionedSite.CreateAsync("overssh");
        using var keys = Folder.Empty("keys");
        var ssh = await KeyAsync(keys, "id");
        var repository = await BeginAsync(folder, app, "--ssh");
        repository = repository with { Environment = new Dictionary<string, string?>(repository.Environment) { ["GIT_SSH_COMMAND"] = ssh } };
        (await repository.RunAsync("push", "slipway", "main")).MustFail(128);

        var key = Path.Combine(keys.Path, "id.pub");
        (await platform.Cli.RunAsync("keys", "add", key)).MustSucceed();
        var pushed = await repository.MustAsync("push", "slipway", "main");
        Assert.Contains("remote: -----> Live: ", pushed.Errors, StringComparison.Ordinal);
        using var site = platform.Site(app);
        Assert.Equal(1, VersionedSite.Of(await site.TextAsync()));
        await repository.MustAsync("fetch", "slipway");

        var config = platform.Config;
        foreach (var (command, answer) in ((string, string)[])[("id", "is not a command of this server"), ("", "Your key is known here"), ("git-receive-pack 'no-such-app.git'", "There is no app")])
        {
            var arguments = ssh.Split(' ').Skip(1).Concat(["-p", config.SshPort.ToString(CultureInfo.InvariantCulture), $"{config.SshUser}@localhost"]);
            var run = await Run.ProgramAsync("ssh", command.Length == 0 ? arguments : [.. arguments, command], "/");
            Assert.Equal(1, run.ExitCode);
            Assert.Contains(answer, run.Errors, StringComparison.Ordinal);
            Assert.DoesNotContain("uid=", run.Output, StringComparison.Ordinal);
        }

        // Neither a terminal nor a tunnel.
        var forward = await Run.ProgramAsync("ssh", [.. ssh.Split(' ').Skip(1), "-p", $"{config.SshPort}", "-o", "ExitOnForwardFailure=yes", "-W", "127.0.0.1:22", $"{config.SshUser}@localhost"], "/");
        Assert.NotEqual(0, forward.ExitCode);
        (await platform.Cli.RunAsync("keys", "remove", "ada@test")).MustSucceed();
        (await repository.RunAsync("ls-remote", "slipway")).MustFail(128);
        await DestroyAsync(app);
    }

    [Fact]
    public async Task A_hundred_thousand_files_are_refused_and_leave_nothing()
    {
        const string app = "too-many";
        using var folder = Folder.Empty();
        for (var i = 0; i < 100; i++)
        {
            var part = Directory.CreateDirectory(Path.Combine(folder.Path, $"part{i}")).FullName;
            for (var j = 0; j < 1001; j++) await File.WriteAllTextAsync(Path.Combine(part, $"{j}"), "x", TestContext.Current.CancellationToken);
        }

        var before = await Inventory.SettledAsync(platform);
        var repository = await BeginAsync(folder, app);
        var refused = (await repository.RunAsync("push", "slipway", "main")).MustFail(1);
        Assert.Contains("remote:  !     The source is too large.", refused.Errors, StringComparison.Ordinal);
        await DestroyAsync(app);
        Assert.Equal("", (await Inventory.SettledAsync(platform)).DifferenceFrom(before));
    }

    [Fact]
    public async Task A_link_out_of_the_repository_is_refused()
    {
        const string app = "link-out";
        using var folder = await VersionedSite.CreateAsync("linkout");
        File.CreateSymbolicLink(Path.Combine(folder.Path, "passwd"), "/etc/passwd");
        var repository = await BeginAsync(folder, app);
        var refused = (await repository.RunAsync("push", "slipway", "main")).MustFail(1);
        Assert.Contains("which leads out of the folder", refused.Errors, StringComparison.Ordinal);
        await DestroyAsync(app);
    }

    [Fact]
    public async Task The_repository_of_one_app_is_the_source_of_another()
    {
        const string from = "fetched-from", app = "fetched";
        using var folder = await VersionedSite.CreateAsync("fetched");
        var repository = await BeginAsync(folder, from);
        await repository.MustAsync("push", "slipway", "main:live");
        (await platform.Cli.RunAsync("create", app)).MustSucceed();
        var url = $"http://git:{platform.Cli.Token}@slipway.{platform.Config.Domain}:{platform.Config.HttpPort}/{from}.git#live";
        var refused = (await platform.Cli.RunAsync("deploy", "--app", app, "--from", url)).MustFail(5);
        Assert.Contains("is not on the internet", refused.Errors, StringComparison.Ordinal);

        (await platform.Cli.RunAsync("server", "set", "private-sources", "allow")).MustSucceed();
        var deployed = (await platform.Cli.RunAsync("deploy", "--app", app, "--from", url)).MustSucceed();
        Assert.DoesNotContain(platform.Cli.Token, deployed.Output + deployed.Errors, StringComparison.Ordinal);
        using var site = platform.Site(app);
        Assert.Equal(1, VersionedSite.Of(await site.TextAsync()));
        (await platform.Cli.RunAsync("server", "unset", "private-sources")).MustSucceed();
        await DestroyAsync(app);
        await DestroyAsync(from);
    }

    private async Task<Repository> BeginAsync(Folder folder, string app, params string[] options)
    {
        (await platform.Cli.RunAsync("create", app)).MustSucceed();
        var repository = await Repository.InitializeAsync(folder, platform.Cli);
        (await platform.Cli.In(folder.Path).RunAsync(["git", "remote", "--app", app, .. options])).MustSucceed();
        return repository;
    }

    private async Task DestroyAsync(string app) => (await platform.Cli.RunAsync("destroy", "--app", app, "--confirm", app)).MustSucceed();

    /// <returns>The ssh command line that uses a new key and nothing else of this machine's.</returns>
    private static async Task<string> KeyAsync(Folder folder, string name)
    {
        var file = Path.Combine(folder.Path, name);
        (await Run.ProgramAsync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "ada@test", "-f", file])).MustSucceed();
        return $"ssh -F /dev/null -i {file} -o IdentitiesOnly=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o BatchMode=yes";
    }

    private static async Task UntilAsync(System.Diagnostics.Process push, string text)
    {
        var seen = "";
        while (!seen.Contains(text, StringComparison.Ordinal))
        {
            var line = await push.StandardError.ReadLineAsync(TestContext.Current.CancellationToken);
            Assert.True(line is not null, $"'{text}' did not come; the push said: {seen}");
            seen += line + "\n";
        }
    }
}
