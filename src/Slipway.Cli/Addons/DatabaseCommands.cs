using System.CommandLine;
using Slipway.Cli.Api;
using Slipway.Cli.Instances;
using Slipway.Cli.Terminals;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;

namespace Slipway.Cli.Addons;

/// <summary><c>slipway db</c>.</summary>
internal static class DatabaseCommands
{
    private static readonly Argument<string> Which = new("ADDON")
    {
        Description = "Another than the app's database: name of an add-on, or of its config var.", Arity = ArgumentArity.ZeroOrOne,
    };

    public static IEnumerable<Command> All(CommandTree tree) =>
    [
        tree.Group(new Command("db", "The app's databases."),
            tree.Command("shell", "Open psql, mariadb or redis-cli on the app's database, or run what standard input holds.",
                ["slipway db shell", "slipway db shell < fix.sql", "slipway db shell redis"], ShellAsync, Which, CommonOptions.App),
            tree.Command("info", "Show the app's database.", ["slipway db info"], InfoAsync, Which, CommonOptions.App, CommonOptions.Json)),
    ];

    private static async Task<int> ShellAsync(Invocation run, CancellationToken cancel)
    {
        var terminal = Tty.IsTerminal(Tty.StandardInput) && Tty.IsTerminal(Tty.StandardOutput);
        // The server gives the client a terminal when it is told its size.
        List<string> query = [];
        if (terminal) query.Add(Tty.Size(Tty.StandardOutput) is { } known ? $"columns={known.Columns}&rows={known.Rows}" : "columns=80&rows=24");
        if (run.Get(Which) is { } which) query.Add("addon=" + Uri.EscapeDataString(which));
        var path = Routes.Own(run.App, "db/shell") + (query.Count > 0 ? "?" + string.Join('&', query) : "");
        return await AttachedTerminal.RunAsync(run.Api, new Uri(path, UriKind.Relative), terminal, cancel);
    }

    private static async Task<int> InfoAsync(Invocation run, CancellationToken cancel)
    {
        var name = run.Get(Which);
        if (name is null)
        {
            var all = (await run.Api.ListAsync(Routes.Of(run.App, "addons"), ContractsJson.Default.IReadOnlyListAddon, cancel)).Value;
            name = (all.FirstOrDefault(one => one.ConfigVars.Contains("DATABASE_URL")) ?? (all.Count > 0 ? all[0] : throw None(run))).Name;
        }

        return run.Show(await AddonCommands.DetailsAsync(run, name, cancel), details => AddonCommands.Write(run, details));
    }

    private static Failure None(Invocation run) =>
        new(ExitCode.NotFound, new SlipwayError("no_database", $"{run.App} has no database.") { Next = $"slipway addons create postgresql --app {run.App}" });
}
