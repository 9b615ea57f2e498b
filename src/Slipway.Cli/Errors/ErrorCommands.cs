using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Cli.Api;
using Slipway.Cli.Output;
using Slipway.Contracts;
using Slipway.Contracts.Api;

namespace Slipway.Cli.Errors;

/// <summary><c>slipway errors</c>: what fails in an app as it runs.</summary>
internal static class ErrorCommands
{
    private static readonly Argument<string> Error = new("ID") { Description = "Its number, as slipway errors lists it." };
    private static readonly Option<bool> Everything = new("--all") { Description = "Also those that are resolved or ignored." };

    public static IEnumerable<Command> All(CommandTree tree) =>
    [
        tree.Group(
            tree.Command("errors", "List what fails in the app as it runs, the last seen first.", ["slipway errors", "slipway errors --json | jq -r '.[].title'"],
                ListAsync, CommonOptions.App, Everything, CommonOptions.Json),
            tree.Command("show", "Show an error and the last time that it happened: stack, request, what led to it.", ["slipway errors show 3"],
                ShowAsync, Error, CommonOptions.App, CommonOptions.Json),
            tree.Command("resolve", "Say that an error is mended; in a later release it opens again.", ["slipway errors resolve 3"],
                (run, cancel) => UpdateAsync(run, "resolved", cancel), Error, CommonOptions.App, CommonOptions.Json),
            tree.Command("ignore", "Count an error, and list it no more.", ["slipway errors ignore 3"],
                (run, cancel) => UpdateAsync(run, "ignored", cancel), Error, CommonOptions.App, CommonOptions.Json),
            tree.Command("reopen", "List an error again that was resolved or ignored.", ["slipway errors reopen 3"],
                (run, cancel) => UpdateAsync(run, "open", cancel), Error, CommonOptions.App, CommonOptions.Json)),
    ];

    private static async Task<int> ListAsync(Invocation run, CancellationToken cancel)
    {
        var path = Routes.Own(run.App, "errors") + (run.Get(Everything) ? "" : "?status=open");
        return run.Show(await run.Api.ListAsync(path, ContractsJson.Default.IReadOnlyListAppError, cancel), all =>
        {
            if (all.Count == 0)
            {
                run.Screen.Note($"Nothing is known to fail in {run.App}.");
                return;
            }

            var table = new Table(new Column("ID", 4, Right: true), new("ERROR", 3), new("WHERE", 2), new("TIMES", 3, Right: true), new("LAST SEEN", 2), new("RELEASES", 1), new("STATUS", 3));
            foreach (var one in all)
            {
                Func<string, string>? paint = one.RegressedAt is not null && one.Status == ErrorStatus.Open ? run.Screen.Red : null;
                table.Add(
                    paint, one.Number.ToString(CultureInfo.InvariantCulture), one.Title, one.Culprit, one.Count.ToString(CultureInfo.InvariantCulture), At(one.LastSeen),
                    one.FirstRelease == one.LastRelease ? one.FirstRelease : $"{one.FirstRelease}–{one.LastRelease}", StatusOf(one));
            }

            table.Write(run.Screen);
        });
    }

    private static async Task<int> ShowAsync(Invocation run, CancellationToken cancel)
    {
        var path = Routes.Own(run.App, "errors", run.Get(Error)!.TrimStart('#'));
        var error = await run.Api.GetAsync(path, ContractsJson.Default.AppError, cancel);
        var occurrences = await run.Api.ListAsync(path + "/occurrences", ContractsJson.Default.IReadOnlyListErrorOccurrence, cancel);
        if (run.Json)
        {
            var both = new JsonObject { ["error"] = JsonNode.Parse(error.Json.Span), ["occurrences"] = JsonNode.Parse(occurrences.Json.Span) };
            run.PrintJson(System.Text.Encoding.UTF8.GetBytes(both.ToJsonString()));
            return ExitCode.Success;
        }

        ErrorPage.Write(run.Screen, error.Value, occurrences.Value.Count > 0 ? occurrences.Value[0] : null);
        run.Screen.Note($"slipway errors resolve {error.Value.Number} --app {run.App}");
        return ExitCode.Success;
    }

    private static async Task<int> UpdateAsync(Invocation run, string status, CancellationToken cancel)
    {
        var answer = await run.Api.SendAsync(
            HttpMethod.Patch, Routes.Own(run.App, "errors", run.Get(Error)!.TrimStart('#')), new UpdateAppErrorRequest(status),
            ContractsJson.Default.UpdateAppErrorRequest, ContractsJson.Default.AppError, cancel);
        return run.Show(answer, one => run.Screen.Line($"{run.Screen.Bold($"#{one.Number}")} {Visible.Text(one.Title)}: {StatusOf(one)}"));
    }

    public static string StatusOf(AppError one) => one switch
    {
        { Status: ErrorStatus.Resolved, ResolvedIn: { } release } => $"resolved in v{release}",
        { Status: ErrorStatus.Open, RegressedAt: not null } => "regression",
        _ => one.Status.ToString().ToLowerInvariant(),
    };

    public static string At(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
