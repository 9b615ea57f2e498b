using System.CommandLine;
using Slipway.Cli.Api;
using Slipway.Cli.Deploys;
using Slipway.Cli.Output;
using Slipway.Contracts;
using Slipway.Contracts.Names;

namespace Slipway.Cli.ConfigVars;

/// <summary><c>slipway config</c> and what is below it.</summary>
internal static class ConfigCommands
{
    private static readonly Argument<string> Key = new("KEY") { Description = "The config var's name." };
    private static readonly Argument<string[]> Keys = new("KEY") { Description = "Config vars' names.", Arity = ArgumentArity.OneOrMore };
    private static readonly Argument<string[]> Pairs = new("KEY=VALUE") { Description = "What to set; the value may be empty.", Arity = ArgumentArity.OneOrMore };

    public static IEnumerable<Command> All(CommandTree tree) =>
    [
        tree.Group(
            tree.Command("config", "Show or change the app's config vars (its environment).", ["slipway config", "slipway config set DEBUG=1", "slipway config --json"], ListAsync, CommonOptions.App, CommonOptions.Json),
            tree.Command("get", "Print one value.", ["slipway config get DATABASE_URL"], GetAsync, Key, CommonOptions.App),
            tree.Command("set", "Set config vars; makes a release and follows its rollout.", ["slipway config set EMAIL_HOST=mail.example.org EMAIL_PORT=587", "slipway config set GREETING='Hello there' --no-wait"], SetAsync, Pairs, CommonOptions.App, CommonOptions.NoWait),
            tree.Command("unset", "Remove config vars; makes a release and follows its rollout.", ["slipway config unset GREETING"], UnsetAsync, Keys, CommonOptions.App, CommonOptions.NoWait)),
    ];

    private static async Task<int> ListAsync(Invocation run, CancellationToken cancel)
    {
        var vars = await run.Api.GetAsync(Routes.Of(run.App, "config-vars"), ContractsJson.Default.IReadOnlyDictionaryStringString, cancel);
        return run.Show(vars, all =>
        {
            if (all.Count == 0) run.Screen.Note("No config vars. slipway config set KEY=VALUE");
            // Values are printed whole, also on a narrow terminal: they are there to be copied.
            var width = all.Keys.Select(k => k.Length).DefaultIfEmpty().Max();
            foreach (var (key, value) in all.OrderBy(v => v.Key, StringComparer.Ordinal))
                run.Screen.Line($"{run.Screen.Cyan(key + ":")}{new string(' ', width - key.Length + 1)}{Visible.Text(value)}");
        });
    }

    private static async Task<int> GetAsync(Invocation run, CancellationToken cancel)
    {
        var key = Invocation.Name<ConfigKey>(run.Get(Key));
        var vars = await run.Api.GetAsync(Routes.Of(run.App, "config-vars"), ContractsJson.Default.IReadOnlyDictionaryStringString, cancel);
        if (!vars.Value.TryGetValue(key.Value, out var value))
            throw new Failure(ExitCode.NotFound, new("no_config_var", $"{run.App} has no config var {key}.") { Next = "slipway config lists them." });
        run.Screen.Line(value);
        return ExitCode.Success;
    }

    private static Task<int> SetAsync(Invocation run, CancellationToken cancel)
    {
        var changes = new Dictionary<string, string?>();
        foreach (var pair in run.Get(Pairs)!)
        {
            var equals = pair.IndexOf('=');
            if (equals < 0) throw Failure.Usage("usage", $"{TypedName.Quote(pair)} has no '='.", next: $"slipway config set {Visible.Text(pair)}=VALUE");
            changes[Invocation.Name<ConfigKey>(pair[..equals]).Value] = pair[(equals + 1)..];
        }
        return ChangeAsync(run, changes, "Set", cancel);
    }

    private static Task<int> UnsetAsync(Invocation run, CancellationToken cancel) =>
        ChangeAsync(run, run.Get(Keys)!.Select(k => Invocation.Name<ConfigKey>(k).Value).Distinct().ToDictionary(k => k, _ => (string?)null), "Unset", cancel);

    private static async Task<int> ChangeAsync(Invocation run, IReadOnlyDictionary<string, string?> changes, string verb, CancellationToken cancel)
    {
        var app = run.App;
        var answer = await run.Api.SendAsync(HttpMethod.Patch, Routes.Of(app, "config-vars"), changes!, ContractsJson.Default.IReadOnlyDictionaryStringString, ContractsJson.Default.IReadOnlyDictionaryStringString, cancel);
        run.Screen.Line($"{verb} {string.Join(", ", changes.Keys)} on {run.Screen.Bold(app.Value)}.");
        return await Rollout.AfterAsync(run, app, answer, cancel);
    }
}
