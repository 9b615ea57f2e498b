using System.CommandLine;
using Slipway.Cli.Api;
using Slipway.Cli.Output;
using Slipway.Contracts;

namespace Slipway.Cli.Releases;

/// <summary><c>slipway explain</c>: what holds for the app, and where each value is from.</summary>
internal static class ExplainCommand
{
    private static readonly Argument<string?> Only = new("KEY") { Description = "Only keys with this in their name.", Arity = ArgumentArity.ZeroOrOne };

    public static IEnumerable<Command> All(CommandTree tree) =>
    [
        tree.Command("explain", "Show all that holds for the app, as one would write it in slipway.toml, and where each value is from.",
            ["slipway explain", "slipway explain processes", "slipway explain --json"], ExplainAsync, Only, CommonOptions.App, CommonOptions.Json),
    ];

    private static async Task<int> ExplainAsync(Invocation run, CancellationToken cancel) =>
        run.Show(await run.Api.ListAsync(Routes.Own(run.App, "explanation"), ContractsJson.Default.IReadOnlyListExplainedValue, cancel), all =>
        {
            var part = run.Get(Only);
            var shown = all.Where(value => part is null || value.Key.Contains(part, StringComparison.OrdinalIgnoreCase)).ToList();
            if (shown.Count == 0)
            {
                run.Screen.Note(part is null ? "The release was built before Slipway kept this: slipway deploy" : $"No key has {Visible.Text(part)} in its name.");
                return;
            }

            var table = new Table(new Column("KEY", 3), new("VALUE", 1), new("FROM", 2));
            foreach (var value in shown)
                table.Add(value.Origin == "default" ? run.Screen.Dim : null, value.Key, value.Value ?? "-", value.Origin);
            table.Write(run.Screen);
        });
}
