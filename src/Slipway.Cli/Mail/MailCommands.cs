using System.CommandLine;
using System.Globalization;
using Slipway.Cli.Api;
using Slipway.Cli.Output;
using Slipway.Cli.Terminals;
using Slipway.Contracts;
using Slipway.Contracts.Api;

namespace Slipway.Cli.Mail;

/// <summary><c>slipway mail</c>: what an app sent.</summary>
internal static class MailCommands
{
    private static readonly Argument<string> Message = new("ID") { Description = "Its number, as slipway mail lists it." };
    private static readonly Argument<int?> Limit = new("MESSAGES") { Description = "That the app may send within an hour; without it, as many as every app.", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<bool> Html = new("--html") { Description = "Print its HTML." };
    private static readonly Option<bool> Raw = new("--raw") { Description = "Print it as the app sent it." };

    public static IEnumerable<Command> All(CommandTree tree) =>
    [
        tree.Group(
            tree.Command("mail", "List the mail that the app sent, the newest first: kept, queued, sent or failed.", ["slipway mail", "slipway mail --app blog --json | jq -r '.[].subject'"],
                ListAsync, CommonOptions.App, CommonOptions.Json),
            tree.Command("show", "Show a message: headers, text, attachments.", ["slipway mail show 3", "slipway mail show 3 --html > message.html", "slipway mail show 3 --raw > message.eml"],
                ShowAsync, Message, Html, Raw, CommonOptions.App, CommonOptions.Json),
            tree.Command("send", "Hand a message to the smarthost: one that was kept, that failed, or once more.", ["slipway mail send 3"],
                SendAsync, Message, CommonOptions.App, CommonOptions.Json),
            tree.Command("intake", "Show how much mail the app sends, and how much of it is kept.", ["slipway mail intake"], IntakeAsync, CommonOptions.App, CommonOptions.Json),
            tree.Command("limit", "Say how many messages the app may send within an hour.", ["slipway mail limit 2000 --app blog", "slipway mail limit --app blog   # as many as every app"],
                LimitAsync, Limit, CommonOptions.App, CommonOptions.Json)),
    ];

    private static async Task<int> ListAsync(Invocation run, CancellationToken cancel) =>
        run.Show(await run.Api.ListAsync(Routes.Own(run.App, "mail"), ContractsJson.Default.IReadOnlyListMailEntry, cancel), all =>
        {
            if (all.Count == 0)
            {
                run.Screen.Note($"{run.App} has sent no mail.");
                return;
            }

            var table = new Table(new Column("ID", 4, Right: true), new("SUBJECT", 3), new("TO", 2), new("SIZE", 1, Right: true), new("AT", 2), new("STATE", 4));
            foreach (var one in all)
                table.Add(
                    one.State == MailState.Failed ? run.Screen.Red : null, one.Number.ToString(CultureInfo.InvariantCulture), SubjectOf(one),
                    one.To.Count == 1 ? one.To[0] : $"{one.To[0]} +{one.To.Count - 1}", Visible.Bytes(one.Bytes), At(one.At), StateOf(one));
            table.Write(run.Screen);
        });

    private static async Task<int> ShowAsync(Invocation run, CancellationToken cancel)
    {
        var path = Routes.Own(run.App, "mail", run.Get(Message)!.TrimStart('#'));
        if (run.Get(Raw))
        {
            using var answer = await run.Api.OpenAsync(new HttpRequestMessage(HttpMethod.Get, path + "/raw"), cancel);
            await using var output = new OutputStream(Tty.StandardOutput);
            await answer.Content.CopyToAsync(output, cancel);
            return ExitCode.Success;
        }

        var message = await run.Api.GetAsync(path, ContractsJson.Default.MailContent, cancel);
        if (!run.Get(Html)) return run.Show(message, one => MailPage.Write(run.Screen, one));
        if (message.Value.Html is not { } html)
            throw new Failure(ExitCode.NotFound, new("no_html", $"Message {message.Value.Mail.Number} has no HTML{(message.Value.Mail.HasContent ? "" : " any more")}.") { Next = $"slipway mail show {message.Value.Mail.Number}" });
        run.Screen.Out.WriteLine(html);
        return ExitCode.Success;
    }

    private static async Task<int> SendAsync(Invocation run, CancellationToken cancel)
    {
        var answer = await run.Api.SendAsync<MailEntry>(HttpMethod.Post, Routes.Own(run.App, "mail", run.Get(Message)!.TrimStart('#')) + "/send", null, ContractsJson.Default.MailEntry, cancel);
        return run.Show(answer, one => run.Screen.Line($"Message {one.Number} is on its way to the smarthost; slipway mail show {one.Number} tells what it says."));
    }

    private static async Task<int> IntakeAsync(Invocation run, CancellationToken cancel) =>
        run.Show(await run.Api.GetAsync(Routes.Own(run.App, "mail-intake"), ContractsJson.Default.MailIntake, cancel), one =>
        {
            foreach (var (name, value) in ((string, string)[])
            [
                ("Sent on", one.Sends ? "yes, by the server's smarthost" : "no: the server has no smarthost, so it is kept and shown"),
                ("Limit", $"{one.HourlyLimit} messages an hour"),
                ("Taken", one.Taken.ToString(CultureInfo.InvariantCulture)),
                ("Kept", $"{one.Kept} of at most {one.MostKept}, {Visible.Bytes(one.Bytes)} of at most {Visible.Bytes(one.MostBytes)}"),
                ("Dropped", $"{one.Dropped} that were not sent made room for newer ones"),
            ]) run.Screen.Line($"{run.Screen.Dim(name.PadRight(9))} {value}");
        });

    private static async Task<int> LimitAsync(Invocation run, CancellationToken cancel)
    {
        var set = await run.Api.SendAsync(
            HttpMethod.Put, $"{Routes.MailLimits}/{run.App}", new SetMailLimitRequest(run.Get(Limit)), ContractsJson.Default.SetMailLimitRequest, ContractsJson.Default.MailLimit, cancel);
        return run.Show(set, one => run.Screen.Line($"{Visible.Text(one.App)} may send {one.HourlyLimit} messages an hour. The relay hears of it within a minute."));
    }

    public static string SubjectOf(MailEntry one) => one.Subject.Length > 0 ? one.Subject : "(no subject)";

    public static string StateOf(MailEntry one) => one.State.ToString().ToLowerInvariant() + (one is { State: MailState.Queued, Attempts: > 0 } ? $", tried {one.Attempts}" : "");

    public static string At(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
