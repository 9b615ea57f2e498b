using System.CommandLine;
using Slipway.Cli.Api;
using Slipway.Cli.Output;
using Slipway.Contracts;
using Slipway.Contracts.Errors;

namespace Slipway.Cli.Account;

/// <summary><c>slipway login</c>, <c>logout</c>, <c>whoami</c>.</summary>
internal static class AccountCommands
{
    private static readonly Option<string> TokenOption = new("--token")
    {
        Description = "The token; - reads it from standard input. Without it you are asked.",
        HelpName = "TOKEN",
    };

    public static IEnumerable<Command> All(CommandTree tree) =>
    [
        tree.Command("login", "Log in to a server and remember it.",
            ["slipway login", "slipway login --server https://slipway.example.org", "slipway login --token - < token.txt"], LoginAsync, TokenOption),
        tree.Command("logout", "Forget the server's token on this machine.", ["slipway logout"], Logout),
        tree.Command("whoami", "Show who you are logged in as, and where.", ["slipway whoami"], WhoAmIAsync, CommonOptions.Json),
    ];

    private static async Task<int> LoginAsync(Invocation run, CancellationToken cancel)
    {
        var server = run.Server;
        var token = await TokenAsync(run, cancel);
        if (token.Length == 0 || token.Any(c => c is <= ' ' or > '~'))
            throw Failure.Usage("invalid_token", "That is not a token.", "A token is one word of printable characters.", "On the server, bin/up says how to get one.");
        using var api = new ApiClient(server, token);
        var account = (await api.GetAsync(Routes.Account, ContractsJson.Default.Account, cancel)).Value;
        var logins = new Dictionary<string, Login>(run.Credentials.Logins) { [ServerUrl.Key(server)] = new Login(token, account.Email) };
        new Credentials(ServerUrl.Key(server), logins).Save();
        run.Screen.Line($"Logged in to {ServerUrl.Key(server)} as {Visible.Text(account.Email)}.");
        return ExitCode.Success;
    }

    private static async Task<string> TokenAsync(Invocation run, CancellationToken cancel)
    {
        if (run.Get(TokenOption) is { } given and not "-") return given;
        if (run.Get(TokenOption) is "-") return (await Question.ReadLineAsync(cancel)).Trim();
        if (Environment.GetEnvironmentVariable("SLIPWAY_TOKEN") is { Length: > 0 } token) return token;
        if (run.Screen.CanAsk) return await Question.AskSecretAsync(run.Screen, $"Token for {ServerUrl.Key(run.Server)} (not shown): ", cancel);
        throw Failure.Usage("no_token", "Nobody is here to be asked for the token.", "Standard input is not a terminal.", "slipway login --token - < FILE");
    }

    private static Task<int> Logout(Invocation run, CancellationToken cancel)
    {
        var key = ServerUrl.Key(run.Server);
        if (!run.Credentials.Logins.ContainsKey(key))
        {
            run.Screen.Line($"You were not logged in to {key}.");
            return Task.FromResult(ExitCode.Success);
        }
        (run.Credentials with { Logins = run.Credentials.Logins.Where(l => l.Key != key).ToDictionary() }).Save();
        run.Screen.Line($"Logged out of {key}.");
        return Task.FromResult(ExitCode.Success);
    }

    private static async Task<int> WhoAmIAsync(Invocation run, CancellationToken cancel) =>
        run.Show(await run.Api.GetAsync(Routes.Account, ContractsJson.Default.Account, cancel), account =>
            run.Screen.Line($"{Visible.Text(account.Email)} ({Visible.Text(account.Role)}) at {ServerUrl.Key(run.Server)}"));
}
