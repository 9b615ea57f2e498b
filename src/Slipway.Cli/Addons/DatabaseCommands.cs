using System.CommandLine;
using Slipway.Cli.Api;
using Slipway.Cli.Instances;
using Slipway.Cli.Output;
using Slipway.Cli.Terminals;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;

namespace Slipway.Cli.Addons;

/// <summary><c>slipway db</c>.</summary>
internal static class DatabaseCommands
{
    public static IEnumerable<Command> All(CommandTree tree) =>
    [
        tree.Group(new Command("db", "The app's database."),
            tree.Command("shell", "Open psql on the app's database, or run what standard input holds.", ["slipway db shell", "slipway db shell < fix.sql"], ShellAsync, CommonOptions.App),
            tree.Command("info", "Show the app's database.", ["slipway db info"], InfoAsync, CommonOptions.App, CommonOptions.Json)),
    ];

    private static async Task<int> ShellAsync(Invocation run, CancellationToken cancel)
    {
        var terminal = Tty.IsTerminal(Tty.StandardInput) && Tty.IsTerminal(Tty.StandardOutput);
        // The server gives psql a terminal when it is told its size.
        var size = terminal ? Tty.Size(Tty.StandardOutput) is { } known ? $"?columns={known.Columns}&rows={known.Rows}" : "?columns=80&rows=24" : "";
        return await AttachedTerminal.RunAsync(run.Api, new Uri(Routes.Own(run.App, "db/shell") + size, UriKind.Relative), terminal, cancel);
    }

    private static async Task<int> InfoAsync(Invocation run, CancellationToken cancel)
    {
        var addons = await run.Api.ListAsync(Routes.Of(run.App, "addons"), ContractsJson.Default.IReadOnlyListAddon, cancel);
        if (run.Json) return run.Show(addons, _ => { });
        var database = addons.Value.FirstOrDefault(a => a.AddonService.Name.Contains("postgresql", StringComparison.Ordinal)) ?? throw None(run);
        run.Screen.Line($"{run.Screen.Dim("Name".PadRight(12))} {Visible.Text(database.Name)}");
        run.Screen.Line($"{run.Screen.Dim("Service".PadRight(12))} {Visible.Text(database.AddonService.Name)}");
        run.Screen.Line($"{run.Screen.Dim("State".PadRight(12))} {Visible.Text(database.State)}");
        run.Screen.Line($"{run.Screen.Dim("Config vars".PadRight(12))} {string.Join(", ", database.ConfigVars)}");
        return ExitCode.Success;
    }

    private static Failure None(Invocation run) =>
        new(ExitCode.NotFound, new SlipwayError("no_database", $"{run.App} has no database.") { Next = $"slipway addons create postgresql --app {run.App}" });
}
