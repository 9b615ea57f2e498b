using System.CommandLine;
using Slipway.Cli.Api;
using Slipway.Cli.Output;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Names;

namespace Slipway.Cli.Releases;

/// <summary><c>slipway explain</c>: what holds for the app, and where each value is from.</summary>
internal static class ExplainCommand
{
    private static readonly Argument<string[]> Words = new("WORDS")
    {
        HelpName = "[APP] [PART|KEY]",
        Description = $"{string.Join(", ", ExplainedParts.All)}: what Slipway did there, with the commands and files. Another word: only values with it in their name. Before it may stand the app.",
        Arity = new ArgumentArity(0, 2),
    };

    public static IEnumerable<Command> All(CommandTree tree) =>
    [
        tree.Command("explain", "Show all that holds for the app, as one would write it in slipway.toml, and where each value is from.",
            ["slipway explain", "slipway explain processes", "slipway explain blog route", "slipway explain instance --app blog", "slipway explain --json"], ExplainAsync, Words, CommonOptions.App, CommonOptions.Json),
    ];

    private static Task<int> ExplainAsync(Invocation run, CancellationToken cancel)
    {
        var (app, word) = run.Get(Words) switch
        {
            [var named, var last] => (Invocation.Name<AppName>(named), last),
            [var last] => (run.App, last),
            _ => (run.App, null),
        };
        return word is not null && ExplainedParts.All.Contains(word) ? PartAsync(run, app, word, cancel) : ValuesAsync(run, app, word, cancel);
    }

    private static async Task<int> PartAsync(Invocation run, AppName app, string part, CancellationToken cancel) =>
        run.Show(await run.Api.GetAsync(Routes.Own(app, "explanation", part), ContractsJson.Default.IReadOnlyListExplainedSection, cancel), sections =>
        {
            foreach (var section in sections)
            {
                run.Screen.Line(run.Screen.Bold(Visible.Text(section.Title)));
                if (section.Why.Length > 0) run.Screen.Line("  " + run.Screen.Dim(Visible.Text(section.Why)));
                foreach (var line in section.Lines) run.Screen.Line("    " + Visible.LogText(line));
                run.Screen.Line("");
            }

            if (sections.Count == 0) run.Screen.Note("There is nothing to explain yet: slipway deploy");
        });

    private static async Task<int> ValuesAsync(Invocation run, AppName app, string? part, CancellationToken cancel) =>
        run.Show(await run.Api.ListAsync(Routes.Own(app, "explanation"), ContractsJson.Default.IReadOnlyListExplainedValue, cancel), all =>
        {
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
