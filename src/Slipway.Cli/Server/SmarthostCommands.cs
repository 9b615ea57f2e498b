using System.CommandLine;
using System.Globalization;
using Slipway.Cli.Api;
using Slipway.Cli.Output;
using Slipway.Contracts;
using Slipway.Contracts.Api;

namespace Slipway.Cli.Server;

/// <summary><c>slipway server smarthost</c>: the mail server outside that mail is handed to.</summary>
internal static class SmarthostCommands
{
    private static readonly Argument<string> Place = new("HOST:PORT") { Description = "Of your mail provider; the port is 587 if absent." };
    private static readonly Argument<string> Address = new("ADDRESS") { Description = "Who gets the message." };
    private static readonly Option<string> User = new("--user", "-u") { Description = "As whom to log in; you are asked for the password.", HelpName = "NAME" };
    private static readonly Option<bool> PasswordStdin = new("--password-stdin") { Description = "Read the password from standard input. Without it you are asked." };
    private static readonly Option<string> From = new("--from") { Description = "The sender that the smarthost knows you by. It is told to the smarthost as the sender of all mail; who reads a message sees the app's own.", HelpName = "ADDRESS" };
    private static readonly Option<string> Tls = new("--tls") { Description = "tls (from the first byte; usual at port 465), starttls (usual elsewhere), or none (only without a login, or on this machine).", HelpName = "HOW" };

    public static Command All(CommandTree tree) => tree.Group(
        tree.Command("smarthost", "Show the smarthost: the mail server outside that all mail is handed to. Without one, mail is kept and shown.",
            ["slipway server smarthost", "slipway server smarthost set smtp.example.org:587 --user ada --from slipway@example.org"], ShowAsync, CommonOptions.Json),
        tree.Command("set", "Hand mail to this server from now on.",
        [
            "slipway server smarthost set smtp.example.org:587 --user ada --from slipway@example.org",
            "slipway server smarthost set smtp.example.org:465 --user ada --password-stdin < password.txt",
            "slipway server smarthost set 127.0.0.1:25 --tls none   # a mail server on this machine",
        ], SetAsync, Place, User, PasswordStdin, From, Tls, CommonOptions.Json),
        tree.Command("unset", "Send no mail any more: it is kept and shown.", ["slipway server smarthost unset"], UnsetAsync),
        tree.Command("test", "Send a message now, and show what the smarthost says.", ["slipway server smarthost test ada@example.org"], TestAsync, Address, CommonOptions.Json));

    private static async Task<int> ShowAsync(Invocation run, CancellationToken cancel)
    {
        try
        {
            return run.Show(await run.Api.GetAsync(Routes.Smarthost, ContractsJson.Default.Smarthost, cancel), one => Print(run, one));
        }
        catch (Failure failure) when (failure.Error.Id == "smarthost_unset" && !run.Json)
        {
            run.Screen.Line("There is none: what apps send is kept and shown (slipway mail), and nothing leaves the server.");
            run.Screen.Note(failure.Error.Next!);
            return ExitCode.Success;
        }
    }

    private static async Task<int> SetAsync(Invocation run, CancellationToken cancel)
    {
        var (host, port) = Parse(run.Get(Place)!);
        var user = run.Get(User);
        var password = user is null ? null : await PasswordAsync(run, cancel);
        var request = new SetSmarthostRequest(host, port, run.Get(Tls), user, password, run.Get(From));
        var set = await run.Api.SendAsync(HttpMethod.Put, Routes.Smarthost, request, ContractsJson.Default.SetSmarthostRequest, ContractsJson.Default.Smarthost, cancel);
        return run.Show(set, one =>
        {
            Print(run, one);
            run.Screen.Note("slipway server smarthost test ADDRESS");
        });
    }

    private static async Task<int> UnsetAsync(Invocation run, CancellationToken cancel)
    {
        await run.Api.SendAsync(HttpMethod.Delete, Routes.Smarthost, null, cancel);
        run.Screen.Line("No mail leaves this server any more; what apps send is kept and shown.");
        return ExitCode.Success;
    }

    private static async Task<int> TestAsync(Invocation run, CancellationToken cancel)
    {
        var sent = await run.Api.SendAsync(
            HttpMethod.Post, Routes.Smarthost + "/test", new TestSmarthostRequest(run.Get(Address)), ContractsJson.Default.TestSmarthostRequest, ContractsJson.Default.SmarthostTest, cancel);
        return run.Show(sent, one => run.Screen.Line($"Sent to {Visible.Text(one.To)} from {Visible.Text(one.From)}. The smarthost said: {Visible.Text(one.Answer)}"));
    }

    private static void Print(Invocation run, Smarthost one)
    {
        var how = one.Security switch { MailSecurity.None => "without TLS", MailSecurity.Starttls => "STARTTLS", _ => "TLS" };
        run.Screen.Line($"Mail is handed to {Visible.Text(one.Host)}:{one.Port} ({how}){(one.Username is { } user ? $" as {Visible.Text(user)}" : "")}{(one.From is { } from ? $", from {Visible.Text(from)}" : "")}.");
    }

    private static (string Host, int? Port) Parse(string place)
    {
        var colon = place.LastIndexOf(':');
        if (colon < 0 || place.EndsWith(']') || place.IndexOf(':', StringComparison.Ordinal) != colon && place[0] != '[') return (place, null);
        return int.TryParse(place[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? (place[..colon], port)
            : throw Failure.Usage("invalid_smarthost", $"{Contracts.Names.TypedName.Quote(place)} is not HOST:PORT.", "The port is a number.", "slipway server smarthost set smtp.example.org:587 --user ada");
    }

    private static async Task<string> PasswordAsync(Invocation run, CancellationToken cancel)
    {
        var password = run.Get(PasswordStdin) ? (await Question.ReadLineAsync(cancel)).Trim()
            : run.Screen.CanAsk ? await Question.AskSecretAsync(run.Screen, "Password (not shown): ", cancel)
            : throw Failure.Usage("no_password", "Nobody is here to be asked for the password.", "Standard input is not a terminal.", "slipway server smarthost set HOST:PORT --user NAME --password-stdin < FILE");
        return password.Length > 0 ? password : throw Failure.Usage("no_password", "The password is empty.", "A login is a user name and a password.", "slipway server smarthost set HOST:PORT --user NAME");
    }
}
