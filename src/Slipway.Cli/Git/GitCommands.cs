using System.CommandLine;
using Slipway.Cli.Api;
using Slipway.Cli.Output;
using Slipway.Contracts;
using Slipway.Contracts.Errors;

namespace Slipway.Cli.Git;

/// <summary><c>slipway git</c>: makes <c>git push slipway main</c> work in this folder.</summary>
internal static class GitCommands
{
    private static readonly Option<string> Remote = new("--remote", "-r") { Description = "The remote's name.", HelpName = "NAME", DefaultValueFactory = _ => "slipway" };
    private static readonly Option<bool> Ssh = new("--ssh") { Description = "Over SSH, with a key of slipway keys, instead of HTTP." };
    private static readonly Argument<string> Operation = new("OPERATION") { Description = "get, store or erase, as git calls it." };

    public static IEnumerable<Command> All(CommandTree tree) =>
    [
        tree.Group(new Command("git", "Deploy with git push."),
            tree.Command("remote", "Add the app as a remote of this repository, and your login to it.",
                ["slipway git remote --app blog", "slipway git remote -a blog-staging -r staging", "slipway git remote --ssh"], RemoteAsync, CommonOptions.App, Remote, Ssh),
            tree.Command("credential", "Answer git's question for a password; slipway git remote sets it up.",
                ["slipway git credential get"], CredentialAsync, Operation)),
    ];

    private static async Task<int> RemoteAsync(Invocation run, CancellationToken cancel)
    {
        var (app, name) = (run.App, run.Get(Remote)!);
        var git = await GitRepository.OpenAsync(Environment.CurrentDirectory, cancel);
        await run.Api.GetAsync(Routes.App(app), ContractsJson.Default.App, cancel);
        var at = run.Get(Ssh) ? (await run.Api.GetAsync(Routes.Server, ContractsJson.Default.Server, cancel)).Value.SshUrl : run.Server;
        var url = new Uri(at, $"/{app}.git").ToString();
        await git.SetRemoteAsync(name, url, cancel);
        if (!run.Get(Ssh)) await git.SetCredentialHelperAsync(ServerUrl.Key(run.Server), cancel);
        run.Screen.Line($"Remote {run.Screen.Bold(Visible.Text(name))} is {url}");
        run.Screen.Note($"Next: git push {Visible.Text(name)} {await git.BranchAsync(cancel) switch { "main" or "master" or null => "main", var other => $"{other}:main" }}");
        return ExitCode.Success;
    }

    /// <summary>git's credential protocol: lines of <c>key=value</c> in, the same out. What is not ours is left to others by silence.</summary>
    private static async Task<int> CredentialAsync(Invocation run, CancellationToken cancel)
    {
        if (run.Get(Operation) is not "get") return ExitCode.Success;
        var asked = new Dictionary<string, string>();
        while (await Console.In.ReadLineAsync(cancel) is { Length: > 0 } line)
            if (line.Split('=', 2) is [var key, var value]) asked[key] = value;
        var server = $"{asked.GetValueOrDefault("protocol")}://{asked.GetValueOrDefault("host")}";
        if (run.Credentials.Logins.GetValueOrDefault(server) is not { } login)
            throw new Failure(ExitCode.NotLoggedIn, new SlipwayError("not_logged_in", $"You are not logged in to {Visible.Text(server)}.") { Next = $"slipway login --server {Visible.Text(server)}" });
        run.Screen.Line("username=slipway");
        run.Screen.Line("password=" + login.Token);
        return ExitCode.Success;
    }
}
