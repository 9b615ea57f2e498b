using System.CommandLine;
using Slipway.Cli.Api;
using Slipway.Cli.Terminals;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;

namespace Slipway.Cli.Instances;

/// <summary><c>slipway run</c>.</summary>
internal static class RunCommand
{
    private static readonly Argument<string[]> CommandLine = new("COMMAND") { Description = "The program and its arguments, passed on untouched; options for slipway go before it.", Arity = ArgumentArity.OneOrMore };
    private static readonly Option<string[]> Environment = new("--env", "-e") { Description = "A variable for this run alone.", HelpName = "KEY=VALUE", AllowMultipleArgumentsPerToken = false };
    private static readonly Option<string> Size = new("--size", "-s") { Description = "small, standard, large or xlarge.", HelpName = "SIZE" };
    private static readonly Option<bool> NoTerminal = new("--no-tty") { Description = "Without a terminal, also when there is one here." };
    private static readonly Option<bool> Detached = new("--detach", "-d") { Description = "Start it and return; slipway logs shows what it writes." };

    public static IEnumerable<Command> All(CommandTree tree) =>
    [
        tree.Command("run", "Run a command in a fresh instance of the current release. Exits with the command's own status.",
        [
            "slipway run python manage.py shell",
            "slipway run --app blog -- python manage.py dumpdata --indent 2 > dump.json",
            "slipway run python manage.py loaddata --format=json - < dump.json",
        ], RunAsync, CommandLine, CommonOptions.App, Environment, Size, NoTerminal, Detached),
    ];

    /// <summary>
    /// Options end where the command begins: <c>run python manage.py migrate --plan</c> means what it would without us.
    /// </summary>
    /// <param name="arguments">The whole command line.</param>
    public static string[] WithSeparator(string[] arguments)
    {
        if (arguments is not ["run", ..]) return arguments;
        Option[] withValue = [CommonOptions.App, CommonOptions.Server, Environment, Size];
        for (var i = 1; i < arguments.Length; i++)
        {
            if (arguments[i] == "--") return arguments;
            if (!arguments[i].StartsWith('-')) return [.. arguments[..i], "--", .. arguments[i..]];
            if (withValue.Any(option => option.Name == arguments[i] || option.Aliases.Contains(arguments[i]))) i++;
        }
        return arguments;
    }

    private static async Task<int> RunAsync(Invocation run, CancellationToken cancel)
    {
        var app = run.App;
        var attach = !run.Get(Detached);
        var terminal = attach && !run.Get(NoTerminal) && Tty.IsTerminal(Tty.StandardInput) && Tty.IsTerminal(Tty.StandardOutput);
        var size = terminal ? Tty.Size(Tty.StandardOutput) : null;
        var request = new CreateDynoRequest(run.Get(CommandLine)!, Variables(run.Get(Environment) ?? []), run.Get(Size), attach, terminal, size?.Columns, size?.Rows);
        var dyno = (await run.Api.SendAsync(HttpMethod.Post, Routes.Of(app, "dynos"), request, ContractsJson.Default.CreateDynoRequest, ContractsJson.Default.Dyno, cancel)).Value;
        if (!attach)
        {
            run.Screen.Line($"Started {dyno.Name}.");
            run.Screen.Note($"slipway logs -f --ps {dyno.Name} --app {app}");
            return ExitCode.Success;
        }
        var url = dyno.AttachUrl ?? throw new Failure(ExitCode.Failure, new SlipwayError("attach_failed", "The server did not say where to reach the command.") { Next = $"slipway stop {dyno.Name} --app {app}" });
        return await AttachedTerminal.RunAsync(run.Api, new Uri(url, UriKind.RelativeOrAbsolute), terminal, cancel);
    }

    private static Dictionary<string, string> Variables(string[] pairs)
    {
        var variables = new Dictionary<string, string>();
        foreach (var pair in pairs)
        {
            if (pair.IndexOf('=') is not (> 0 and var equals)) throw Failure.Usage("usage", $"{Slipway.Contracts.Names.TypedName.Quote(pair)} is not KEY=VALUE.", next: "slipway run --help");
            variables[Invocation.Name<Slipway.Contracts.Names.ConfigKey>(pair[..equals]).Value] = pair[(equals + 1)..];
        }
        return variables;
    }
}
