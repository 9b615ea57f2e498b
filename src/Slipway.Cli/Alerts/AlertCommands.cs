using System.CommandLine;
using Slipway.Cli.Api;
using Slipway.Cli.Output;
using Slipway.Contracts;
using Slipway.Contracts.Api;

namespace Slipway.Cli.Alerts;

/// <summary><c>slipway alerts</c>: what people are told of without asking, and who is told.</summary>
internal static class AlertCommands
{
    private static readonly Argument<string> Where = new("WHERE") { Description = "A mail address, or the https:// address of a webhook: your chat's, or your own program's." };
    private static readonly Argument<string> Who = new("WHO") { Description = "The mail address, or the id that slipway alerts targets lists." };

    public static IEnumerable<Command> All(CommandTree tree) =>
    [
        tree.Group(
            tree.Command("alerts", "List what people were told of: of one app with --app, else of all and of the server.",
                ["slipway alerts", "slipway alerts --app blog", "slipway alerts --json | jq -r '.[].diagnosis.title'"], ListAsync, CommonOptions.App, CommonOptions.Json),
            tree.Command("targets", "List who is told. Without a mail address in it, an app's owner and the server's admins are.", ["slipway alerts targets", "slipway alerts targets --app blog"],
                TargetsAsync, CommonOptions.App, CommonOptions.Json),
            tree.Command("add", "Have somebody told: of one app with --app, else of all and of the server.",
                ["slipway alerts add ops@example.org", "slipway alerts add https://chat.example.org/hooks/x --app blog"], AddAsync, Where, CommonOptions.App, CommonOptions.Json),
            tree.Command("remove", "Have somebody told no more.", ["slipway alerts remove ops@example.org"], RemoveAsync, Who, CommonOptions.App, CommonOptions.Json),
            tree.Command("test", "Send an alert now, to see that alerts arrive.", ["slipway alerts test", "slipway alerts test --app blog"], TestAsync, CommonOptions.App, CommonOptions.Json)),
    ];

    private static string Path(Invocation run, string part) => run.NamedApp is { } app ? Routes.Own(app, part) : "/slipway/" + part;

    private static async Task<int> ListAsync(Invocation run, CancellationToken cancel) =>
        run.Show(await run.Api.ListAsync(Path(run, "alerts"), ContractsJson.Default.IReadOnlyListAlert, cancel), all =>
        {
            if (all.Count == 0)
            {
                run.Screen.Note("There was nothing to tell.");
                return;
            }

            var table = new Table(new Column("SINCE", 4), new("ABOUT", 3), new("WHAT", 4), new("CAUSE", 3), new("TIMES", 2, Right: true), new("STATE", 3), new("TOLD", 1));
            foreach (var one in all)
                table.Add(one.OverAt is null && one.Kind.Lasts() ? run.Screen.Red : null,
                    Errors.ErrorCommands.At(one.FirstAt), one.App ?? "server", one.Kind.Words(), one.Diagnosis.Title, $"{one.Count}", StateOf(one), ToldOf(one));
            table.Write(run.Screen);
        });

    private static async Task<int> TargetsAsync(Invocation run, CancellationToken cancel) =>
        run.Show(await run.Api.ListAsync(Path(run, "alert-targets"), ContractsJson.Default.IReadOnlyListAlertTarget, cancel), all =>
        {
            if (all.Count == 0)
            {
                run.Screen.Note($"Nobody was named: {(run.NamedApp is null ? "the server's admins are told of it, and each app's owner of the app" : "its owner is told, and who is told of all apps")}.");
                return;
            }

            var table = new Table(new Column("WHERE", 4), new("OF", 3), new("ID", 2));
            foreach (var one in all) table.Add(one.Mail ?? one.Webhook ?? "", one.App ?? "all apps, the server", one.Id.ToString());
            table.Write(run.Screen);
        });

    private static async Task<int> AddAsync(Invocation run, CancellationToken cancel)
    {
        var where = run.Get(Where)!;
        var isWebhook = where.Contains("://", StringComparison.Ordinal);
        var added = await run.Api.SendAsync(
            HttpMethod.Post, Path(run, "alert-targets"), new CreateAlertTargetRequest(isWebhook ? null : where, isWebhook ? where : null),
            ContractsJson.Default.CreateAlertTargetRequest, ContractsJson.Default.AlertTarget, cancel);
        return run.Show(added, one =>
        {
            run.Screen.Line($"{Visible.Text(one.Mail ?? one.Webhook ?? "")} is told of {one.App ?? "all apps and the server"}.");
            if (one.Secret is { } secret) run.Screen.Line($"Each is signed, in the header Slipway-Signature, by HMAC-SHA256 with this secret, which is shown once: {secret}");
            run.Screen.Note($"slipway alerts test{(one.App is { } app ? $" --app {app}" : "")}");
        });
    }

    private static async Task<int> RemoveAsync(Invocation run, CancellationToken cancel) => run.Show(
        await run.Api.SendAsync(HttpMethod.Delete, $"{Path(run, "alert-targets")}/{Uri.EscapeDataString(run.Get(Who)!)}", null, ContractsJson.Default.AlertTarget, cancel),
        one => run.Screen.Line($"{Visible.Text(one.Mail ?? one.Webhook ?? "")} is told no more."));

    private static async Task<int> TestAsync(Invocation run, CancellationToken cancel) =>
        run.Show(await run.Api.SendAsync(HttpMethod.Post, Path(run, "alerts") + "/test", null, ContractsJson.Default.Alert, cancel), one =>
        {
            run.Screen.Line(one.Deliveries.Count == 0
                ? "Nobody is told: no address was named, and those of the accounts lead nowhere."
                : $"On its way to {string.Join(", ", one.Deliveries.Select(delivery => Visible.Text(delivery.To)))}.");
            run.Screen.Note(one.Deliveries.Count == 0 ? "slipway alerts add ops@example.org" : $"slipway alerts{(one.App is { } app ? $" --app {app}" : "")} shows what became of it.");
        });

    private static string StateOf(Alert one) => one switch
    {
        { OverAt: { } over } => $"over since {Errors.ErrorCommands.At(over)}",
        _ => one.Kind.Lasts() ? "goes on" : "",
    };

    private static string ToldOf(Alert one) => one.Deliveries.Count == 0 ? "nobody" : string.Join(", ", one.Deliveries.Select(delivery => $"{delivery.To} {delivery.Status}"));
}
