using System.CommandLine;
using Slipway.Cli.Api;
using Slipway.Cli.Output;
using Slipway.Contracts;
using Slipway.Contracts.Api;

namespace Slipway.Cli.Registries;

/// <summary><c>slipway registry</c>: as whom images are read from registries.</summary>
internal static class RegistryCommands
{
    private static readonly Argument<string> Host = new("HOST") { Description = "The registry: ghcr.io, registry.example.org:5000, docker.io." };
    private static readonly Option<string> Username = new("--username", "-u") { Description = "Without it you are asked.", HelpName = "NAME" };
    private static readonly Option<bool> PasswordStdin = new("--password-stdin") { Description = "Read the password or token from standard input. Without it you are asked." };
    private static readonly Option<bool> PlainHttp = new("--plain-http") { Description = "The registry has no TLS. Alone, it is read without a login." };

    public static IEnumerable<Command> All(CommandTree tree) =>
    [
        tree.Group(new Command("registry", "Logins to registries of images: an app's own with --app, else the whole server's."),
            tree.Command("list", "List the logins.", ["slipway registry list", "slipway registry list --app blog"], ListAsync, CommonOptions.App, CommonOptions.Json),
            tree.Command("login", "Log in to a registry, to deploy images that are not for everybody.",
            [
                "slipway registry login ghcr.io --username ada",
                "slipway registry login ghcr.io --username ada --password-stdin < token.txt",
                "slipway registry login registry.example.org:5000 --app blog",
            ], LoginAsync, Host, Username, PasswordStdin, PlainHttp, CommonOptions.App),
            tree.Command("logout", "Forget a login.", ["slipway registry logout ghcr.io"], LogoutAsync, Host, CommonOptions.App)),
    ];

    private static string Route(Invocation run) => run.NamedApp is { } app ? Routes.Own(app, "registries") : Routes.Registries;

    private static string RouteOfHost(Invocation run) => $"{Route(run)}/{Uri.EscapeDataString(run.Get(Host)!)}";

    private static string Whose(Invocation run) => run.NamedApp is { } app ? app.Value : "the whole server";

    private static async Task<int> ListAsync(Invocation run, CancellationToken cancel) =>
        run.Show(await run.Api.ListAsync(Route(run), ContractsJson.Default.IReadOnlyListRegistry, cancel), all =>
        {
            var table = new Table(new Column("REGISTRY", 2), new("USER", 1), new("TLS", 0));
            foreach (var one in all) table.Add(one.Host, one.Username ?? "(none)", one.PlainHttp ? "no" : "yes");
            table.Write(run.Screen);
        });

    private static async Task<int> LoginAsync(Invocation run, CancellationToken cancel)
    {
        var (user, password) = (run.Get(Username), (string?)null);
        var anonymous = run.Get(PlainHttp) && user is null && !run.Get(PasswordStdin);
        if (!anonymous)
        {
            if (user is null && run.Screen.CanAsk) user = await Question.AskAsync(run.Screen, $"User name at {Visible.Text(run.Get(Host)!)}: ", cancel);
            if (string.IsNullOrEmpty(user)) throw Failure.Usage("no_username", "Log in as whom?", "A login is a user name and a password or token.", "slipway registry login HOST --username NAME");
            password = await PasswordAsync(run, cancel);
        }

        var request = new RegistryLoginRequest(user, password, run.Get(PlainHttp));
        var made = await run.Api.SendAsync(HttpMethod.Put, RouteOfHost(run), request, ContractsJson.Default.RegistryLoginRequest, ContractsJson.Default.Registry, cancel);
        run.Screen.Line($"Images of {Visible.Text(made.Value.Host)} are read {(made.Value.Username is { } name ? $"as {Visible.Text(name)}" : "without a login")} for {Whose(run)}.");
        return ExitCode.Success;
    }

    private static async Task<string> PasswordAsync(Invocation run, CancellationToken cancel)
    {
        var password = run.Get(PasswordStdin) ? (await Question.ReadLineAsync(cancel)).Trim()
            : run.Screen.CanAsk ? await Question.AskSecretAsync(run.Screen, "Password or token (not shown): ", cancel)
            : throw Failure.Usage("no_password", "Nobody is here to be asked for the password.", "Standard input is not a terminal.", "slipway registry login HOST --username NAME --password-stdin < FILE");
        return password.Length > 0 ? password : throw Failure.Usage("no_password", "The password is empty.", "A login is a user name and a password or token.", "slipway registry login HOST --username NAME");
    }

    private static async Task<int> LogoutAsync(Invocation run, CancellationToken cancel)
    {
        await run.Api.SendAsync(HttpMethod.Delete, RouteOfHost(run), null, cancel);
        run.Screen.Line($"Forgot the login to {Visible.Text(run.Get(Host)!)} for {Whose(run)}.");
        return ExitCode.Success;
    }
}
