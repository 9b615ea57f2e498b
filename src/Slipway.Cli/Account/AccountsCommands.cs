using System.CommandLine;
using Slipway.Cli.Api;
using Slipway.Cli.Output;
using Slipway.Contracts;
using Slipway.Contracts.Api;

namespace Slipway.Cli.Account;

/// <summary><c>slipway accounts</c>: who may use the server; for its admins.</summary>
internal static class AccountsCommands
{
    private static readonly Argument<string> Email = new("EMAIL") { Description = "The person's email address." };
    private static readonly Option<bool> Admin = new("--admin") { Description = "May see and do everything; else only with apps of their own." };

    private static readonly Argument<string?> Whose = new("EMAIL") { Description = "Whose; your own account if absent.", Arity = ArgumentArity.ZeroOrOne };

    public static IEnumerable<Command> All(CommandTree tree) =>
    [
        tree.Group(
            tree.Command("accounts", "List who may use the server (admins only).", ["slipway accounts", "slipway accounts add ada@example.org"], ListAsync, CommonOptions.Json),
            tree.Command("add", "Make an account; prints its token this once.", ["slipway accounts add ada@example.org", "slipway accounts add ops@example.org --admin"], AddAsync, Email, Admin, CommonOptions.Json),
            tree.Command("password", "Set the password by which an account gets tokens (heroku login -i). Asks for it, or reads standard input.",
                ["slipway accounts password", "slipway accounts password ada@example.org < password.txt"], PasswordAsync, Whose),
            tree.Command("remove", "Remove an account and its tokens; its apps stay.", ["slipway accounts remove ada@example.org"], RemoveAsync, Email)),
    ];

    private static async Task<int> ListAsync(Invocation run, CancellationToken cancel) =>
        run.Show(await run.Api.ListAsync(Routes.Accounts, ContractsJson.Default.IReadOnlyListAccount, cancel), all =>
        {
            var table = new Table(new Column("EMAIL", 3), new("ROLE", 2), new("SINCE", 1));
            foreach (var account in all) table.Add(account.Email, account.Role, Visible.Time(account.CreatedAt));
            table.Write(run.Screen);
        });

    private static async Task<int> AddAsync(Invocation run, CancellationToken cancel)
    {
        var request = new CreateAccountRequest(run.Get(Email)!, run.Get(Admin) ? "admin" : "member");
        var made = await run.Api.SendAsync(HttpMethod.Post, Routes.Accounts, request, ContractsJson.Default.CreateAccountRequest, ContractsJson.Default.NewAccount, cancel);
        return run.Show(made, account =>
        {
            run.Screen.Note($"Made the {Visible.Text(account.Account.Role)} {Visible.Text(account.Account.Email)}. The token, shown this once:");
            run.Screen.Line(account.Token);
        });
    }

    private static async Task<int> PasswordAsync(Invocation run, CancellationToken cancel)
    {
        var password = run.Screen.CanAsk ? await Question.AskSecretAsync(run.Screen, "New password (not shown): ", cancel) : await Question.ReadLineAsync(cancel);
        if (run.Screen.CanAsk && await Question.AskSecretAsync(run.Screen, "Once more: ", cancel) != password)
            throw Failure.Usage("passwords_differ", "The two are not the same.", null, "slipway accounts password");
        var path = run.Get(Whose) is { } email ? $"{Routes.Accounts}/{Uri.EscapeDataString(email)}/password" : Routes.OwnPassword;
        var account = (await run.Api.SendAsync(HttpMethod.Put, path, new SetPasswordRequest(password), ContractsJson.Default.SetPasswordRequest, ContractsJson.Default.Account, cancel)).Value;
        run.Screen.Line($"{Visible.Text(account.Email)} has a new password.");
        return ExitCode.Success;
    }

    private static async Task<int> RemoveAsync(Invocation run, CancellationToken cancel)
    {
        var email = run.Get(Email)!;
        await run.Api.SendAsync(HttpMethod.Delete, $"{Routes.Accounts}/{Uri.EscapeDataString(email)}", null, cancel);
        run.Screen.Line($"Removed {Visible.Text(email)}.");
        return ExitCode.Success;
    }
}
