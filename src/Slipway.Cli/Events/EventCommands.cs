using System.CommandLine;
using Slipway.Cli.Api;
using Slipway.Cli.Output;
using Slipway.Contracts;

namespace Slipway.Cli.Events;

/// <summary><c>slipway events</c>.</summary>
internal static class EventCommands
{
    public static IEnumerable<Command> All(CommandTree tree) =>
        [tree.Command("events", "Show who did what, with what result; of one app with --app, else of all.", ["slipway events", "slipway events --app blog"], ListAsync, CommonOptions.App, CommonOptions.Json)];

    private static async Task<int> ListAsync(Invocation run, CancellationToken cancel)
    {
        var events = await run.Api.ListAsync(run.NamedApp is { } app ? Routes.Own(app, "events") : Routes.Events, ContractsJson.Default.IReadOnlyListEvent, cancel);
        return run.Show(events, all =>
        {
            var table = new Table(new Column("WHEN", 4), new("WHO", 2), new("DID", 4), new("TO", 3), new("RESULT", 3), new("BEFORE", 0), new("AFTER", 1));
            foreach (var one in all.OrderBy(e => e.At)) table.Add(Visible.Time(one.At), one.Actor, one.Action, one.Target, one.Result, one.Before, one.After);
            table.Write(run.Screen);
        });
    }
}
