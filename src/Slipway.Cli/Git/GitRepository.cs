using System.ComponentModel;
using System.Diagnostics;
using Slipway.Contracts.Errors;

namespace Slipway.Cli.Git;

/// <summary>The user's own repository, changed by the user's own git.</summary>
internal sealed class GitRepository
{
    private readonly string _folder;

    private GitRepository(string folder) => _folder = folder;

    /// <exception cref="Failure">There is no git, or no repository.</exception>
    public static async Task<GitRepository> OpenAsync(string folder, CancellationToken cancel)
    {
        var git = new GitRepository(folder);
        var (exit, _, errors) = await git.RunAsync(["rev-parse", "--git-dir"], cancel);
        if (exit == 0) return git;
        throw new Failure(ExitCode.Usage, new SlipwayError("no_repository", $"{folder} is not in a git repository.")
        {
            Why = errors.Trim(),
            Next = "git init && git add . && git commit -m 'First version', then the same command again; slipway deploy needs no git",
        });
    }

    /// <returns>Null when no branch is checked out.</returns>
    public async Task<string?> BranchAsync(CancellationToken cancel) =>
        await RunAsync(["symbolic-ref", "--quiet", "--short", "HEAD"], cancel) is (0, var name, _) ? name.Trim() : null;

    public async Task SetRemoteAsync(string name, string url, CancellationToken cancel)
    {
        var exists = (await RunAsync(["remote", "get-url", name], cancel)).Exit == 0;
        await MustAsync(exists ? ["remote", "set-url", name, url] : ["remote", "add", name, url], cancel);
    }

    /// <summary>
    /// For this server alone, this program answers git's question for a password; the empty entry before it keeps other
    /// helpers from being asked for the token and from storing it.
    /// </summary>
    public async Task SetCredentialHelperAsync(string server, CancellationToken cancel)
    {
        var key = $"credential.{server}.helper";
        await RunAsync(["config", "--local", "--unset-all", key], cancel);
        await MustAsync(["config", "--local", "--add", key, ""], cancel);
        await MustAsync(["config", "--local", "--add", key, $"!{Quoted(OwnPath())} git credential"], cancel);
    }

    /// <summary>By the name that stays when the program is replaced by its next version: a link, not what it leads to.</summary>
    private static string OwnPath()
    {
        var own = Environment.ProcessPath!;
        var called = Environment.GetCommandLineArgs()[0];
        var candidates = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Where(Path.IsPathRooted).Select(folder => Path.Combine(folder, "slipway"))
            .Prepend(called.Contains('/') ? Path.GetFullPath(called) : own);
        return candidates.FirstOrDefault(path => File.Exists(path) && RealPath(path) == own) ?? own;
    }

    private static string RealPath(string path)
    {
        // A link may be to a folder on the way, so each part is looked at.
        var real = "/";
        foreach (var part in Path.GetFullPath(path).Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            real = Path.Combine(real, part);
            FileSystemInfo info = Directory.Exists(real) ? new DirectoryInfo(real) : new FileInfo(real);
            real = info.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? real;
        }
        return real;
    }

    /// <summary>git hands a helper to the shell.</summary>
    private static string Quoted(string path) => $"'{path.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    private async Task MustAsync(string[] arguments, CancellationToken cancel)
    {
        var (exit, _, errors) = await RunAsync(arguments, cancel);
        if (exit != 0) throw new Failure(ExitCode.Failure, new SlipwayError("git_failed", $"git {arguments[0]} failed.") { Why = errors.Trim() });
    }

    private async Task<(int Exit, string Output, string Errors)> RunAsync(string[] arguments, CancellationToken cancel)
    {
        var start = new ProcessStartInfo("git") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        try
        {
            using var git = Process.Start(start)!;
            var errors = git.StandardError.ReadToEndAsync(cancel);
            var output = await git.StandardOutput.ReadToEndAsync(cancel);
            await git.WaitForExitAsync(cancel);
            return (git.ExitCode, output, await errors);
        }
        catch (Win32Exception e)
        {
            throw new Failure(ExitCode.Failure, new SlipwayError("git_not_installed", "git is not installed here.") { Why = e.Message, Next = "slipway deploy needs no git." }, e);
        }
    }
}
