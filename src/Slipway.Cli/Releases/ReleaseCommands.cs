using System.CommandLine;
using System.Globalization;
using Slipway.Cli.Api;
using Slipway.Cli.Deploys;
using Slipway.Cli.Output;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Names;

namespace Slipway.Cli.Releases;

/// <summary><c>slipway releases</c>, <c>releases info</c>, <c>rollback</c>.</summary>
internal static class ReleaseCommands
{
    private static readonly Argument<string?> Version = new("VERSION") { Description = "A release: v12 or 12.", Arity = ArgumentArity.ZeroOrOne };

    public static IEnumerable<Command> All(CommandTree tree) =>
    [
        tree.Group(
            tree.Command("releases", "List the app's releases, the latest first.", ["slipway releases", "slipway releases info v12"], ListAsync, CommonOptions.App, CommonOptions.Json),
            tree.Command("info", "Show one release; without a version the one that serves.", ["slipway releases info v12"], InfoAsync, Version, CommonOptions.App, CommonOptions.Json),
            tree.Command("diff", "Show in what a release differs from the one before it: config vars, process types, source; without a version, the one that serves.",
                ["slipway releases diff", "slipway releases diff v12"], DiffAsync, Version, CommonOptions.App, CommonOptions.Json)),
        tree.Command("rollback", "Go back to an earlier release; without a version to the one before.", ["slipway rollback", "slipway rollback v12"], RollbackAsync, Version, CommonOptions.App, CommonOptions.NoWait),
    ];

    private static async Task<int> ListAsync(Invocation run, CancellationToken cancel)
    {
        var releases = await run.Api.ListAsync(Routes.Of(run.App, "releases"), ContractsJson.Default.IReadOnlyListRelease, cancel);
        return run.Show(releases, all =>
        {
            var table = new Table(new Column("", 4), new("V", 4), new("STATUS", 3), new("DESCRIPTION", 2), new("BY", 0), new("WHEN", 1));
            foreach (var release in all.OrderByDescending(r => r.Version))
            {
                table.Add(release.Status switch { "failed" => run.Screen.Red, _ when release.Current => run.Screen.Green, _ => null },
                    release.Current ? "*" : "", $"v{release.Version}", release.Status, release.Description, release.User.Email, Visible.Time(release.CreatedAt));
            }
            table.Write(run.Screen);
        });
    }

    private static async Task<int> InfoAsync(Invocation run, CancellationToken cancel)
    {
        var version = run.Get(Version) is { } text ? Parse(text) : (await CurrentAsync(run, run.App, cancel)).Version;
        var answer = await run.Api.GetAsync(Routes.Of(run.App, "releases", version.ToString(CultureInfo.InvariantCulture)), ContractsJson.Default.Release, cancel);
        return run.Show(answer, release =>
        {
            foreach (var (name, value) in ((string, string)[])
            [
                ("Release", $"v{release.Version}{(release.Current ? " (serves)" : "")}"), ("Status", release.Status),
                ("Description", release.Description), ("By", release.User.Email), ("When", Visible.Time(release.CreatedAt)),
            ]) run.Screen.Line($"{run.Screen.Dim(name.PadRight(12))} {Visible.Text(value)}");
        });
    }

    private static async Task<int> DiffAsync(Invocation run, CancellationToken cancel)
    {
        var version = run.Get(Version) is { } text ? Parse(text) : (await CurrentAsync(run, run.App, cancel)).Version;
        var answer = await run.Api.GetAsync(Routes.Own(run.App, "releases", version.ToString(CultureInfo.InvariantCulture)) + "/changes", ContractsJson.Default.ReleaseChanges, cancel);
        return run.Show(answer, changes =>
        {
            run.Screen.Line(run.Screen.Bold(changes.Before is { } before ? $"v{before} to v{changes.Version}" : $"v{changes.Version}, the first"));
            foreach (var one in changes.ConfigVars) run.Screen.Line($"config var {one.Name}: {one.Kind.ToString().ToLowerInvariant()}");
            foreach (var one in changes.ProcessTypes) run.Screen.Line($"process type {Visible.Text(one.Name)}: {one.Kind.ToString().ToLowerInvariant()}");
            foreach (var line in changes.Diff)
                run.Screen.Line(line switch { ['+', ..] => run.Screen.Green(Visible.Text(line)), ['-', ..] => run.Screen.Red(Visible.Text(line)), _ => Visible.Text(line) });
            if (!changes.IsSourceKept) run.Screen.Note("One of the two sources is not kept any more.");
            else if (changes.Diff.Count == 0) run.Screen.Note("The source is the same.");
            if (!changes.IsWhole) run.Screen.Note("It goes on; here it ends.");
        });
    }

    private static async Task<int> RollbackAsync(Invocation run, CancellationToken cancel)
    {
        var app = run.App;
        var version = run.Get(Version) is { } text ? Parse(text) : await BeforeAsync(run, app, cancel);
        var answer = await run.Api.SendAsync(HttpMethod.Post, Routes.Of(app, "releases"), new RollbackRequest($"v{version}"), ContractsJson.Default.RollbackRequest, ContractsJson.Default.Release, cancel);
        run.Screen.Line($"Rolling {run.Screen.Bold(app.Value)} back to v{version}, as v{answer.Value.Version}.");
        return await Rollout.AfterAsync(run, app, answer, cancel);
    }

    /// <summary>The latest good release before the one that serves.</summary>
    private static async Task<int> BeforeAsync(Invocation run, AppName app, CancellationToken cancel)
    {
        var releases = (await run.Api.ListAsync(Routes.Of(app, "releases"), ContractsJson.Default.IReadOnlyListRelease, cancel)).Value;
        var current = releases.FirstOrDefault(r => r.Current) ?? throw NothingServes(app);
        return releases.Where(r => r.Version < current.Version && r.Status == "succeeded").MaxBy(r => r.Version)?.Version
            ?? throw new Failure(ExitCode.NotFound, new("no_earlier_release", $"{app} has no good release before v{current.Version}.") { Next = $"slipway releases --app {app}" });
    }

    private static async Task<Release> CurrentAsync(Invocation run, AppName app, CancellationToken cancel) =>
        (await run.Api.ListAsync(Routes.Of(app, "releases"), ContractsJson.Default.IReadOnlyListRelease, cancel)).Value.FirstOrDefault(r => r.Current) ?? throw NothingServes(app);

    private static Failure NothingServes(AppName app) =>
        new(ExitCode.NotFound, new("no_release", $"No release of {app} serves yet.") { Next = $"slipway deploy --app {app}" });

    private static int Parse(string text) =>
        int.TryParse(text.TrimStart('v', 'V'), NumberStyles.None, CultureInfo.InvariantCulture, out var version) && version > 0
            ? version
            : throw Failure.Usage("invalid_release", $"{TypedName.Quote(text)} is not a release.", "Releases are numbered: v1, v2, …", "slipway releases lists them.");
}
