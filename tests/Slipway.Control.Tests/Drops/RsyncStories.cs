using System.Diagnostics;
using Slipway.Control.Tests.Server;

namespace Slipway.Control.Tests.Drops;

/// <summary>Debian's own rsync on drop folders, with what sshd would run in place of ssh.</summary>
public sealed class RsyncStories(RunningServer running) : IClassFixture<RunningServer>, IAsyncLifetime
{
    private readonly Slipwayd _server = running.Slipwayd;
    private readonly TemporaryFolder _local = new();
    private string _app = "";
    private string _files = "";

    public async ValueTask InitializeAsync()
    {
        _app = await running.NewAppAsync();
        var id = (await _server.Admin.GetJsonAsync($"/apps/{_app}")).GetProperty("id").GetString();
        _files = Path.Combine(_server.Config.ControlDirectory, "drops", id!, "files");
    }

    public ValueTask DisposeAsync()
    {
        _local.Dispose();
        return ValueTask.CompletedTask;
    }

    private string Incoming => Path.Combine(Path.GetDirectoryName(_files)!, "incoming");

    [Fact]
    public async Task A_tree_goes_up_changes_and_comes_back()
    {
        Site("index.html", "one");
        Site("deep/er/page.html", "two");
        Site("with space & 'quote'/ü.txt", "three");
        await UpAsync("-az", "--delete");
        Assert.Equal(["deep/er/page.html", "index.html", "with space & 'quote'/ü.txt"], Files());
        Assert.Equal("one", await ReadAsync("index.html"));
        var kept = Slipway.Control.Sources.FileStamp.Of(Path.Combine(_files, "deep/er/page.html"))!.Value.Inode;

        Site("index.html", "changed");
        Directory.Delete(Path.Combine(_local.Path, "site/with space & 'quote'"), recursive: true);
        await UpAsync("-avzP", "--delete");
        Assert.Equal(["deep/er/page.html", "index.html"], Files());
        Assert.Equal("changed", await ReadAsync("index.html"));
        Assert.Equal(kept, Slipway.Control.Sources.FileStamp.Of(Path.Combine(_files, "deep/er/page.html"))!.Value.Inode);

        await RsyncAsync("-a", $"host:{_app}/deep/", $"{_local.Path}/back/");
        Assert.Equal("two", await File.ReadAllTextAsync(Path.Combine(_local.Path, "back/er/page.html"), TestContext.Current.CancellationToken));
        await RsyncAsync("-a", $"{_local.Path}/site/index.html", $"host:{_app}/deep/");
        Assert.Equal(["deep/er/page.html", "deep/index.html", "index.html"], Files());
        Assert.Empty(Directory.EnumerateFileSystemEntries(Incoming));
    }

    [Fact]
    public async Task What_is_saved_is_deployed_once()
    {
        for (var i = 0; i < 200; i++) Site($"{i}.html", $"{i}");
        Site("index.html", "hello");
        await UpAsync("-a");
        var note = Path.Combine(_files, "DEPLOY-FAILED.txt"); // nothing can be built on this server
        for (var tries = 0; tries < 400 && !File.Exists(note); tries++) await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.True(File.Exists(note));
        Assert.Equal(1, (await _server.Admin.GetJsonAsync($"/slipway/apps/{_app}/deploys")).GetArrayLength());

        // The note is the server's: it neither hinders nor is taken away.
        await UpAsync("-a", "--delete");
        Assert.True(File.Exists(note));
    }

    [Fact]
    public async Task Of_many_files_only_the_one_that_changed_is_read_again()
    {
        var kept = $"{_app}.html";
        Site(kept, "kept");
        Site("index.html", "one");
        await UpAsync("-a");
        await DeploysAsync(1);
        Site("index.html", "two");
        await UpAsync("-a");
        await DeploysAsync(2);
        var sources = Directory.GetDirectories(_server.Config.SourcesDirectory).Select(source => Slipway.Control.Sources.FileStamp.Of(Path.Combine(source, kept))).OfType<Slipway.Control.Sources.FileStamp>();
        Assert.Equal(2, sources.Count());
        Assert.Single(sources.Select(stamp => stamp.Inode).Distinct());
    }

    [Fact]
    public async Task A_file_made_a_program_becomes_one()
    {
        var script = Site("run.sh", "#!/bin/sh");
        await UpAsync("-a");
        File.SetUnixFileMode(script, File.GetUnixFileMode(script) | UnixFileMode.UserExecute);
        await UpAsync("-a");
        Assert.True(File.GetUnixFileMode(Path.Combine(_files, "run.sh")).HasFlag(UnixFileMode.OtherExecute));
    }

    [Fact]
    public async Task One_that_is_cut_off_has_changed_nothing()
    {
        Site("a.html", "whole");
        await UpAsync("-a");
        Site("a.html", "changed");
        Site("b.bin", new string('x', 30_000_000));
        using (var rsync = Start(await WrapperAsync(_server.Admin), ["-a", "--delete", "--bwlimit=2000", $"{_local.Path}/site/", $"host:{_app}/"]))
        {
            for (var tries = 0; tries < 400 && !Staged().Any(file => file.Name.StartsWith(".b.bin", StringComparison.Ordinal) && file.Length > 100_000); tries++) await Task.Delay(20, TestContext.Current.CancellationToken);
            Assert.Contains(Staged(), file => file.Name == "a.html"); // the first one has arrived
            rsync.Kill(entireProcessTree: true);
            await rsync.WaitForExitAsync(TestContext.Current.CancellationToken);
            for (var tries = 0; tries < 400 && Directory.EnumerateFileSystemEntries(Incoming).Any(); tries++) await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(Incoming));
        Assert.Equal(["a.html"], Files());
        Assert.Equal("whole", await ReadAsync("a.html"));
    }

    [Fact]
    public async Task No_link_and_no_pipe_gets_in()
    {
        Site("index.html", "one");
        File.CreateSymbolicLink(Path.Combine(_local.Path, "site/passwd"), "/etc/passwd");
        Directory.CreateSymbolicLink(Path.Combine(_local.Path, "site/up"), "../../..");
        await UpAsync("-a");
        await UpAsync("-a"); // over what the first one left
        Assert.Equal(["index.html"], Files());

        await Programs.RunAsync("mkfifo", Path.Combine(_local.Path, "site/pipe"));
        var (exit, said) = await TryAsync(_server.Admin, "-a", $"{_local.Path}/site/", $"host:{_app}/");
        Assert.NotEqual(0, exit);
        Assert.Contains("neither a file nor a folder", said);
        Assert.Equal(["index.html"], Files());
        Assert.Empty(Directory.EnumerateFileSystemEntries(Incoming));
    }

    [Fact]
    public async Task Modes_that_would_shut_slipwayd_out_do_not()
    {
        File.SetUnixFileMode(Site("secret.html", "one"), UnixFileMode.None);
        File.SetUnixFileMode(Site("run.sh", "two"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Site("shut/page.html", "three");
        File.SetUnixFileMode(Path.Combine(_local.Path, "site/shut"), UnixFileMode.None);
        await UpAsync("-a");
        Assert.Equal(["run.sh", "secret.html", "shut/page.html"], Files());
        Assert.True(File.GetUnixFileMode(Path.Combine(_files, "run.sh")).HasFlag(UnixFileMode.OtherExecute));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead, File.GetUnixFileMode(Path.Combine(_files, "secret.html")));
    }

    [Fact]
    public async Task A_stranger_gets_and_changes_nothing()
    {
        Site("index.html", "one");
        await UpAsync("-a");
        var stranger = await _server.NewMemberAsync($"{_app}@example.org");
        Assert.NotEqual(0, (await TryAsync(stranger, "-a", $"host:{_app}/", $"{_local.Path}/stolen/")).Exit);
        Site("index.html", "two");
        Assert.NotEqual(0, (await TryAsync(stranger, "-a", $"{_local.Path}/site/", $"host:{_app}/")).Exit);
        // Nor does one who may look at the app, and not deploy to it.
        await _server.Admin.JsonAsync(HttpMethod.Post, $"/apps/{_app}/collaborators", new { user = $"{_app}@example.org", permissions = new[] { "view" } });
        Assert.NotEqual(0, (await TryAsync(stranger, "-a", "--delete", $"{_local.Path}/site/", $"host:{_app}/")).Exit);
        Assert.Equal("one", await ReadAsync("index.html"));
        Assert.False(File.Exists(Path.Combine(_local.Path, "stolen/index.html")));
    }

    [Fact]
    public async Task A_name_that_is_no_text_is_refused_and_leaves_the_folder_in_use()
    {
        Site("index.html", "one");
        await Programs.RunAsync("/bin/sh", "-c", "mkdir -m 000 \"$0/caf$(printf '\\351')\" && : > \"$0/$(printf '\\351').html\"", Path.Combine(_local.Path, "site"));
        var (exit, said) = await TryAsync(_server.Admin, "-a", $"{_local.Path}/site/", $"host:{_app}/");
        Assert.NotEqual(0, exit);
        Assert.Contains("not UTF-8", said);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Incoming));
        await Programs.RunAsync("/bin/rm", "-rf", Path.Combine(_local.Path, "site"));
        Site("index.html", "two");
        await UpAsync("-a");
        Assert.Equal("two", await ReadAsync("index.html"));
    }

    [Theory]
    [InlineData("--inplace")]
    [InlineData("--append")]
    [InlineData("-K")]
    [InlineData("--copy-dest=/etc")]
    [InlineData("--link-dest=..")]
    [InlineData("--backup-dir=../x", "--backup")]
    [InlineData("--partial-dir=/tmp")]
    [InlineData("--temp-dir=/tmp")]
    [InlineData("--secluded-args")]
    [InlineData("-R")]
    [InlineData("--remote-option=--log-file=/tmp/x")]
    public async Task Options_that_lead_elsewhere_or_write_in_place_are_refused_by_name(params string[] options)
    {
        Site("index.html", "one");
        var (exit, said) = await TryAsync(_server.Admin, [.. options, "-a", $"{_local.Path}/site/", $"host:{_app}/"]);
        Assert.NotEqual(0, exit);
        Assert.Contains("is not for a drop folder", said);
        Assert.False(File.Exists(Path.Combine(_files, "index.html")));
    }

    [Theory]
    [InlineData("host:APP/../../x/")]
    [InlineData("host:/etc/")]
    [InlineData("host:")]
    [InlineData("host:no-such-app/")]
    public async Task No_path_leads_out(string to)
    {
        Site("index.html", "one");
        Assert.NotEqual(0, (await TryAsync(_server.Admin, "-a", $"{_local.Path}/site/", to.Replace("APP", _app, StringComparison.Ordinal))).Exit);
        Assert.NotEqual(0, (await TryAsync(_server.Admin, "-a", to.Replace("APP", _app, StringComparison.Ordinal), $"{_local.Path}/stolen/")).Exit);
    }

    /// <summary>Waits until so many have ended; nothing can be built on this server.</summary>
    private async Task DeploysAsync(int count)
    {
        for (var tries = 0; tries < 400; tries++)
        {
            var deploys = await _server.Admin.GetJsonAsync($"/slipway/apps/{_app}/deploys");
            if (deploys.GetArrayLength() == count && deploys.EnumerateArray().All(deploy => deploy.GetProperty("status").GetString() == "failed")) return;
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        Assert.Fail($"There are not {count} deploys.");
    }

    private IEnumerable<FileInfo> Staged() => Directory.Exists(Incoming)
        ? new DirectoryInfo(Incoming).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0, IgnoreInaccessible = true })
        : [];

    private string Site(string path, string content) => _local.File("site/" + path, content);

    private Task<string> ReadAsync(string path) => File.ReadAllTextAsync(Path.Combine(_files, path), TestContext.Current.CancellationToken);

    private IEnumerable<string> Files() => Directory.EnumerateFiles(_files, "*", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(_files, file)).Where(file => file != "DEPLOY-FAILED.txt").Order(StringComparer.Ordinal);

    private Task UpAsync(params string[] options) => RsyncAsync([.. options, $"{_local.Path}/site/", $"host:{_app}/"]);

    private async Task RsyncAsync(params string[] arguments)
    {
        var (exit, said) = await TryAsync(_server.Admin, arguments);
        Assert.True(exit == 0, said);
    }

    private async Task<(int Exit, string Said)> TryAsync(HttpClient account, params string[] arguments)
    {
        using var rsync = Start(await WrapperAsync(account), arguments);
        rsync.StandardInput.Close();
        var errors = rsync.StandardError.ReadToEndAsync();
        var output = await rsync.StandardOutput.ReadToEndAsync();
        await rsync.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (rsync.ExitCode, output + await errors);
    }

    private Process Start(string wrapper, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("rsync") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _local.Path };
        foreach (var argument in arguments.Prepend(wrapper).Prepend("-e")) start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    /// <summary>What ssh would do with the account's key: the command is one line for the other side.</summary>
    private async Task<string> WrapperAsync(HttpClient account)
    {
        var session = await SshSessions.LogInAsync(_server, account);
        var wrapper = Path.Combine(_local.Path, "ssh-" + Guid.NewGuid().ToString("n"));
        await File.WriteAllTextAsync(wrapper, $"#!/bin/sh\nshift\nSLIPWAY_SESSION='{session}' SSH_ORIGINAL_COMMAND=\"$*\" exec '{_server.Config.GitProgram}' ssh-session '{_server.Config.GitSocket}'\n");
        File.SetUnixFileMode(wrapper, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return wrapper;
    }
}
