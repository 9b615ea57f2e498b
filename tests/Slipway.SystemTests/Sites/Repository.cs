using System.Diagnostics;
using Slipway.SystemTests.Server;

namespace Slipway.SystemTests.Sites;

/// <summary>A folder under git, pushed from with the real git.</summary>
internal sealed record Repository(Folder Folder, IReadOnlyDictionary<string, string?> Environment)
{
    public static async Task<Repository> InitializeAsync(Folder folder, Cli cli)
    {
        var repository = new Repository(folder, new Dictionary<string, string?>(cli.Login)
        {
            ["GIT_CONFIG_NOSYSTEM"] = "1",
            ["GIT_CONFIG_GLOBAL"] = "/dev/null",
            ["GIT_TERMINAL_PROMPT"] = "0",
            ["GIT_AUTHOR_NAME"] = "Ada",
            ["GIT_AUTHOR_EMAIL"] = "ada@example.org",
            ["GIT_COMMITTER_NAME"] = "Ada",
            ["GIT_COMMITTER_EMAIL"] = "ada@example.org",
        });
        await repository.MustAsync("init", "--quiet", "--initial-branch=main");
        await repository.CommitAsync("first version");
        return repository;
    }

    public async Task CommitAsync(string message)
    {
        await MustAsync("add", "--all");
        await MustAsync("commit", "--quiet", "--message", message);
    }

    public Task<RunResult> RunAsync(params string[] arguments) => Run.ProgramAsync("git", arguments, Folder.Path, Environment);

    public async Task<RunResult> MustAsync(params string[] arguments) => (await RunAsync(arguments)).MustSucceed();

    /// <summary>git in a process group of its own, which <see cref="Daemons.Interrupt"/> reaches as a whole.</summary>
    public Process Start(params string[] arguments) => Run.Start("setsid", ["git", .. arguments], Folder.Path, Environment);

    /// <summary>What the server's branch is, by the server's own word.</summary>
    public async Task<string> RemoteBranchAsync(string branch) => (await MustAsync("ls-remote", "slipway", $"refs/heads/{branch}")).Output.Split('\t')[0];

    public async Task<string> HeadAsync() => (await MustAsync("rev-parse", "HEAD")).Output.Trim();
}
