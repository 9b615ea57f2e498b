using System.CommandLine;
using Slipway.Cli.Api;
using Slipway.Cli.Output;
using Slipway.Contracts;

namespace Slipway.Cli.Events;

/// <summary><c>slipway events</c>.</summary>
internal static class EventCommands
{
    private static readonly Option<string> Search = new("--search", "-s") { Description = "Only those that have these letters anywhere: a name, an action, a result.", HelpName = "TEXT" };
    private static readonly Option<string> Since = new("--since") { Description = "Only those from this time on: 2026-11-29, 2026-11-29T08:00:00Z.", HelpName = "TIME" };

    public static IEnumerable<Command> All(CommandTree tree) =>
    [
        tree.Command("events", "Show who did what, with what result; of one app with --app, else of all.",
            ["slipway events", "slipway events --app blog", "slipway events --search config --since 2026-11-29", "slipway events --json > events.json   # all of them, to keep elsewhere"],
            ListAsync, CommonOptions.App, Search, Since, CommonOptions.Json),
    ];

    private static async Task<int> ListAsync(Invocation run, CancellationToken cancel)
    {
        var asked = new[] { ("search", run.Get(Search)), ("since", run.Get(Since)) }.Where(one => one.Item2 is { Length: > 0 }).Select(one => $"{one.Item1}={Uri.EscapeDataString(one.Item2!)}").ToList();
        var path = (run.NamedApp is { } app ? Routes.Own(app, "events") : Routes.Events) + (asked.Count > 0 ? "?" + string.Join('&', asked) : "");
        var events = await run.Api.ListAsync(path, ContractsJson.Default.IReadOnlyListEvent, cancel);
        return run.Show(events, all =>
        {
            var table = new Table(new Column("WHEN", 4), new("WHO", 2), new("DID", 4), new("TO", 3), new("RESULT", 3), new("BEFORE", 0), new("AFTER", 1));
            foreach (var one in all.OrderBy(e => e.At)) table.Add(Visible.Time(one.At), one.Actor, one.Action, one.Target, one.Result, one.Before, one.After);
            table.Write(run.Screen);
        });
    }
}
