using System.Diagnostics;
using Slipway.Control.Tests.Git;
using Slipway.Control.Tests.Server;

namespace Slipway.Control.Tests.Drops;

/// <summary>OpenSSH's own sftp and scp on drop folders, with what sshd would run in place of ssh.</summary>
public sealed class SftpStories(RunningServer running) : IClassFixture<RunningServer>, IAsyncLifetime
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

    [Fact]
    public async Task A_tree_goes_up_is_listed_comes_back_and_goes()
    {
        _local.File("site/index.html", "<h1>hello</h1>");
        var big = _local.File("site/deep/er/big.bin", new string('x', 3_000_000));
        File.SetUnixFileMode(_local.File("site/run.sh", "#!/bin/sh\n"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.SetLastWriteTimeUtc(big, new DateTime(2020, 1, 2, 3, 4, 6, DateTimeKind.Utc));

        await SftpAsync($"cd {_app}\nput -Rp {_local.Path}/site/* .\n");
        Assert.Equal("<h1>hello</h1>", await File.ReadAllTextAsync(Path.Combine(_files, "index.html"), TestContext.Current.CancellationToken));
        Assert.Equal(3_000_000, new FileInfo(Path.Combine(_files, "deep/er/big.bin")).Length);
        Assert.Equal(File.GetLastWriteTimeUtc(big), File.GetLastWriteTimeUtc(Path.Combine(_files, "deep/er/big.bin")));
        Assert.True(File.GetUnixFileMode(Path.Combine(_files, "run.sh")).HasFlag(UnixFileMode.UserExecute));
        Assert.False(File.GetUnixFileMode(Path.Combine(_files, "index.html")).HasFlag(UnixFileMode.UserExecute));

        var listed = await SftpAsync($"pwd\nls\nls -l {_app}\n");
        Assert.Contains("working directory: /\n", listed);
        Assert.Contains(_app, listed);
        Assert.Matches("-rw-r--r-- .* 14 .* index.html", listed);

        await SftpAsync($"get -R /{_app} {_local.Path}/back\nrename /{_app}/index.html /{_app}/deep/page.html\nrm /{_app}/deep/er/big.bin\nrmdir /{_app}/deep/er\n");
        Assert.Equal(3_000_000, new FileInfo(Path.Combine(_local.Path, "back/deep/er/big.bin")).Length);
        Assert.Equal(["deep/page.html", "run.sh"], Files());
    }

    [Fact]
    public async Task Scp_copies_a_folder()
    {
        _local.File("site/index.html", "one");
        _local.File("site/css/style.css", "two");
        await RunAsync("scp", ["-q", "-r", "-D", await WrapperAsync(_server.Admin), $"{_local.Path}/site/.", $"host:{_app}/"], "");
        Assert.Equal(["css/style.css", "index.html"], Files());
    }

    [Fact]
    public async Task No_way_leads_out_and_no_link_is_made()
    {
        var secret = Path.Combine(_server.Config.ControlDirectory, "slipway.db");
        await SftpAsync($"put {_local.File("a.txt", "a")} /{_app}/a.txt\n");
        foreach (var command in (string[])
        [
            $"get /{_app}/../../../slipway.db {_local.Path}/stolen", $"get {secret} {_local.Path}/stolen", $"symlink {secret} /{_app}/link", $"ln /{_app}/a.txt /{_app}/hard",
            $"put {_local.Path}/a.txt /{_app}/..", "mkdir /new-app", $"rmdir /{_app}", $"rm /{_app}", $"put {_local.Path}/a.txt /a.txt", $"rename /{_app}/a.txt /a.txt",
            $"put {_local.Path}/a.txt /{_app}/no/such/folder.txt", $"put {_local.Path}/a.txt /no-such-app/a.txt",
        ]) Assert.NotEqual(0, (await TrySftpAsync(_server.Admin, command + "\n")).ExitCode);
        Assert.False(File.Exists(Path.Combine(_local.Path, "stolen")));
        Assert.Equal(["a.txt"], Files());

        // One that came by another way is not there for anybody.
        File.CreateSymbolicLink(Path.Combine(_files, "passwd"), "/etc/passwd");
        File.CreateSymbolicLink(Path.Combine(_files, "etc"), "/etc");
        Assert.DoesNotContain("passwd", await SftpAsync($"ls /{_app}\n"));
        Assert.NotEqual(0, (await TrySftpAsync(_server.Admin, $"get /{_app}/passwd {_local.Path}/stolen\n")).ExitCode);
        Assert.NotEqual(0, (await TrySftpAsync(_server.Admin, $"get /{_app}/etc/passwd {_local.Path}/stolen\n")).ExitCode);
        File.Delete(Path.Combine(_files, "passwd"));
        File.Delete(Path.Combine(_files, "etc"));
    }

    [Fact]
    public async Task A_stranger_sees_none_of_it()
    {
        await SftpAsync($"put {_local.File("a.txt", "a")} /{_app}/a.txt\n");
        var stranger = await _server.NewMemberAsync($"{_app}@example.org");
        Assert.DoesNotContain(_app, (await TrySftpAsync(stranger, "ls /\n")).Output);
        Assert.NotEqual(0, (await TrySftpAsync(stranger, $"get /{_app}/a.txt {_local.Path}/stolen\n")).ExitCode);
    }

    [Fact]
    public async Task A_connection_that_is_cut_leaves_what_was_there()
    {
        await SftpAsync($"put {_local.File("page.html", "whole")} /{_app}/page.html\n");
        _local.File("page.html", new string('x', 200_000_000));
        using (var sftp = Start("sftp", ["-q", "-b", "-", "-l", "100000", "-D", await WrapperAsync(_server.Admin)]))
        {
            await sftp.StandardInput.WriteAsync($"put {_local.Path}/page.html /{_app}/page.html\n");
            await sftp.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
            var incoming = Path.Combine(Path.GetDirectoryName(_files)!, "incoming");
            for (var tries = 0; tries < 200 && !Directory.EnumerateFiles(incoming).Any(file => new FileInfo(file).Length > 100_000); tries++) await Task.Delay(20, TestContext.Current.CancellationToken);
            sftp.Kill(entireProcessTree: true);
            await sftp.WaitForExitAsync(TestContext.Current.CancellationToken);
            for (var tries = 0; tries < 200 && Directory.EnumerateFiles(incoming).Any(); tries++) await Task.Delay(20, TestContext.Current.CancellationToken);
            Assert.Empty(Directory.EnumerateFiles(incoming));
        }

        Assert.Equal("whole", await File.ReadAllTextAsync(Path.Combine(_files, "page.html"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_is_saved_is_deployed_and_a_failure_is_told_beside_it()
    {
        await SftpAsync($"put {_local.File("index.html", "<h1>hello</h1>")} /{_app}/index.html\n");
        var note = Path.Combine(_files, "DEPLOY-FAILED.txt");
        for (var tries = 0; tries < 200 && !File.Exists(note); tries++) await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.Contains("DEPLOY-FAILED.txt", await SftpAsync($"ls /{_app}\n")); // nothing can be built on this server
        var deploys = await _server.Admin.GetJsonAsync($"/slipway/apps/{_app}/deploys");
        Assert.Equal(1, deploys.GetArrayLength());
    }

    private IEnumerable<string> Files() => Directory.EnumerateFiles(_files, "*", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(_files, file)).Where(file => file != "DEPLOY-FAILED.txt").Order(StringComparer.Ordinal);

    private async Task<string> SftpAsync(string batch)
    {
        var (exit, output, errors) = await TrySftpAsync(_server.Admin, batch);
        Assert.True(exit == 0, output + errors);
        return output;
    }

    private async Task<(int ExitCode, string Output, string Errors)> TrySftpAsync(HttpClient account, string batch) =>
        await RunToEndAsync("sftp", ["-q", "-b", "-", "-D", await WrapperAsync(account)], batch);

    private async Task RunAsync(string program, string[] arguments, string input)
    {
        var (exit, output, errors) = await RunToEndAsync(program, arguments, input);
        Assert.True(exit == 0, output + errors);
    }

    private async Task<(int, string, string)> RunToEndAsync(string program, string[] arguments, string input)
    {
        using var process = Start(program, arguments);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output, await errors);
    }

    private Process Start(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _local.Path };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    /// <summary>A program that is the account's SFTP session.</summary>
    private async Task<string> WrapperAsync(HttpClient account)
    {
        var session = await SshSessions.LogInAsync(_server, account);
        var wrapper = Path.Combine(_local.Path, "session-" + Guid.NewGuid().ToString("n"));
        await File.WriteAllTextAsync(wrapper, $"#!/bin/sh\nSLIPWAY_SESSION='{session}' SSH_ORIGINAL_COMMAND=slipway-sftp exec '{_server.Config.GitProgram}' ssh-session '{_server.Config.GitSocket}'\n");
        File.SetUnixFileMode(wrapper, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return wrapper;
    }
}
