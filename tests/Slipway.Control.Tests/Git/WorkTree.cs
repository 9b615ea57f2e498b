using System.Diagnostics;

namespace Slipway.Control.Tests.Git;

/// <summary>A developer's repository, worked in with the real git.</summary>
internal sealed class WorkTree : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public string Path => _folder.Path;

    public static async Task<WorkTree> CreateAsync(string branch = "main")
    {
        var tree = new WorkTree();
        await tree.GitAsync("init", "--quiet", "--initial-branch", branch);
        return tree;
    }

    public async Task<string> CommitAsync(string file, string content, string message = "a change")
    {
        _folder.File(file, content);
        await GitAsync("add", "--all");
        await GitAsync("commit", "--quiet", "--allow-empty", "-m", message);
        return (await GitAsync("rev-parse", "HEAD")).Trim();
    }

    /// <summary>Runs git, which must succeed.</summary>
    /// <returns>Its standard output.</returns>
    public async Task<string> GitAsync(params string[] arguments)
    {
        var (exit, output, errors) = await TryGitAsync(arguments);
        Assert.True(exit == 0, $"git {string.Join(' ', arguments)}: {errors}");
        return output;
    }

    public Task<(int Exit, string Output, string Errors)> TryGitAsync(params string[] arguments) => GitWithInputAsync(null, arguments);

    public async Task<(int Exit, string Output, string Errors)> GitWithInputAsync(string? input, params string[] arguments)
    {
        using var git = Start(arguments);
        if (input is not null) await git.StandardInput.WriteAsync(input);
        git.StandardInput.Close();
        var errors = git.StandardError.ReadToEndAsync();
        var output = await git.StandardOutput.ReadToEndAsync();
        await git.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (git.ExitCode, output, await errors);
    }

    public Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("git") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["GIT_CONFIG_NOSYSTEM"] = "1",
            ["GIT_CONFIG_GLOBAL"] = "/dev/null",
            ["GIT_TERMINAL_PROMPT"] = "0",
            ["GIT_AUTHOR_NAME"] = "Ada",
            ["GIT_AUTHOR_EMAIL"] = "ada@example.org",
            ["GIT_COMMITTER_NAME"] = "Ada",
            ["GIT_COMMITTER_EMAIL"] = "ada@example.org",
        }) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    public void Dispose() => _folder.Dispose();
}
