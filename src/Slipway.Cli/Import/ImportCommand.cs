using System.CommandLine;
using Slipway.Cli.Api;
using Slipway.Cli.Deploys;
using Slipway.Cli.Output;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;

namespace Slipway.Cli.Import;

/// <summary><c>slipway import heroku</c>: an app with all that it has, from Heroku or from whoever speaks its API.</summary>
internal static class ImportCommand
{
    private static readonly Argument<string> Folder = new("DIR") { Description = "Folder with files made by Heroku's client: see docs/move-from-heroku.md.", DefaultValueFactory = _ => "." };
    private static readonly Option<string> From = new("--from") { Description = "Read from this host instead of files; its token is in HEROKU_API_KEY.", HelpName = "URL" };
    private static readonly Option<string> FromApp = new("--from-app") { Description = "The app's name there, if it is another than here.", HelpName = "NAME" };
    private static readonly Option<string> Source = new("--source") { Description = "The app's code, deployed once the rest is there: a folder.", HelpName = "DIR" };
    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Show what would be done, and do nothing." };
    private static readonly Option<bool> NoData = new("--no-data") { Description = "Leave the database empty." };
    private static readonly Option<bool> Restore = new("--restore") { Description = "Restore the database although an earlier run did; what is in it is replaced." };

    public static IEnumerable<Command> All(CommandTree tree) =>
    [
        tree.Group(new Command("import", "Move an app here."),
            tree.Command("heroku", "Bring an app with its config, add-ons, data, domains and scale; run again, it goes on.",
            [
                "slipway import heroku --app blog --dry-run              # from files in this folder",
                "slipway import heroku export --app blog --source .",
                "slipway import heroku --app blog --from https://api.heroku.com",
            ], RunAsync, Folder, CommonOptions.App, From, FromApp, Source, DryRun, NoData, Restore, CommonOptions.Verbose)),
    ];

    private static async Task<int> RunAsync(Invocation run, CancellationToken cancel)
    {
        using var host = run.Get(From) is { } from ? Host(run, from) : null;
        var there = host is null ? HerokuFiles.Read(Path.GetFullPath(run.Get(Folder)!)) : await host.ReadAsync(cancel);
        var app = run.NamedApp ?? (AppName.TryParse(there.App?.Name, out var same) ? same : throw Failure.Usage("no_app", "Which app is this to be here?", next: "slipway import heroku --app NAME"));
        // A dump of a live host is made when it is needed; until then its database stands for it.
        var database = there.Addons?.FirstOrDefault(addon => addon.AddonService?.Name == "heroku-postgresql");
        if (host is not null && database is not null) there = there with { Dump = "" };
        if (run.Get(NoData)) there = there with { Dump = null };

        var plan = ImportPlan.Of(there, await PresentAsync(run, app, cancel));
        Show(run, app, plan);
        if (run.Get(DryRun)) return ExitCode.Success;

        if (plan.CreateApp)
            await run.Api.SendAsync(HttpMethod.Post, Routes.Apps, new CreateAppRequest(app.Value), ContractsJson.Default.CreateAppRequest, ContractsJson.Default.App, cancel);
        foreach (var service in plan.Addons) await AddAsync(run, app, service, cancel);
        if (plan.Config.Count > 0) await SetAsync(run, app, plan.Config, cancel);
        if (plan.Restore) await RestoreAsync(run, app, there, host, database, cancel);
        foreach (var domain in plan.Domains) await AddDomainAsync(run, app, domain, cancel);
        if (run.Get(Source) is { } source) await DeployCommands.DeployAsync(run, app, Path.GetFullPath(source), cancel);
        await ScaleAsync(run, app, plan.Formation, cancel);
        run.Screen.Line($"{run.Screen.Bold(app.Value)} is here.{(run.Get(Source) is null ? $" Its code: slipway deploy --app {app}" : "")}");
        return ExitCode.Success;
    }

    private static HerokuHost Host(Invocation run, string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var from) || from.Scheme is not ("http" or "https")) throw Failure.Usage("invalid_url", $"{TypedName.Quote(url)} is not a URL.", next: "slipway import heroku --from https://api.heroku.com");
        var token = Environment.GetEnvironmentVariable("HEROKU_API_KEY") is { Length: > 0 } key ? key
            : throw new Failure(ExitCode.NotLoggedIn, new SlipwayError("no_token", $"There is no token for {from.Host}.") { Why = "HEROKU_API_KEY is not set.", Next = "export HEROKU_API_KEY=$(heroku auth:token)" });
        return new HerokuHost(from, token, run.Get(FromApp) ?? run.NamedApp?.Value ?? throw Failure.Usage("no_app", "Which app there?", next: "slipway import heroku --from URL --from-app NAME"));
    }

    private static async Task<Present> PresentAsync(Invocation run, AppName app, CancellationToken cancel)
    {
        try
        {
            await run.Api.GetAsync(Routes.App(app), ContractsJson.Default.App, cancel);
        }
        catch (Failure failure) when (failure.ExitCode == ExitCode.NotFound)
        {
            return new Present(false, new Dictionary<string, string>(), [], [], false);
        }

        var config = (await run.Api.GetAsync(Routes.Of(app, "config-vars"), ContractsJson.Default.IReadOnlyDictionaryStringString, cancel)).Value;
        var addons = (await run.Api.ListAsync(Routes.Of(app, "addons"), ContractsJson.Default.IReadOnlyListAddon, cancel)).Value;
        var domains = (await run.Api.ListAsync(Routes.Of(app, "domains"), ContractsJson.Default.IReadOnlyListDomain, cancel)).Value;
        var transfers = (await run.Api.GetAsync(Routes.Transfers(app), ContractsJson.Default.IReadOnlyListTransfer, cancel)).Value;
        return new Present(
            true, config, [.. addons.Where(addon => addon.State == "provisioned").Select(addon => Addons.AddonCommands.Words(addon.Plan).Split(':')[0])], [.. domains.Select(domain => domain.Hostname.Value)],
            !run.Get(Restore) && transfers.Any(transfer => transfer is { ToType: "pg_restore", Succeeded: true }));
    }

    private static void Show(Invocation run, AppName app, ImportPlan plan)
    {
        if (plan.IsEmpty) run.Screen.Line($"{run.Screen.Bold(app.Value)} has all of it already.");
        if (plan.CreateApp) Line("create", $"the app {app}");
        foreach (var service in plan.Addons) Line("create", $"the add-on {service}");
        if (plan.Config.Count > 0) Line("set", string.Join(", ", plan.Config.Keys));
        if (plan.Restore) Line("restore", "the database; what is in it is replaced");
        foreach (var domain in plan.Domains) Line("add", $"the domain {domain}");
        if (run.Get(Source) is { } source) Line("deploy", Visible.Text(source));
        foreach (var (type, quantity) in plan.Formation) Line("scale", $"{type}={quantity}");
        foreach (var left in plan.Left) Line("left to you", left);

        void Line(string what, string about) => run.Screen.Line($"{run.Screen.Dim(what.PadRight(12))} {Visible.Text(about)}");
    }

    private static async Task AddAsync(Invocation run, AppName app, string service, CancellationToken cancel)
    {
        var answer = await run.Api.SendAsync(
            HttpMethod.Post, Routes.Of(app, "addons"), new CreateAddonRequest(service, null), ContractsJson.Default.CreateAddonRequest, ContractsJson.Default.Addon, cancel);
        await FollowAsync(run, app, answer.DeployId, cancel);
    }

    private static async Task SetAsync(Invocation run, AppName app, IReadOnlyDictionary<string, string> config, CancellationToken cancel)
    {
        var answer = await run.Api.SendAsync(
            HttpMethod.Patch, Routes.Of(app, "config-vars"), config, ContractsJson.Default.IReadOnlyDictionaryStringString, ContractsJson.Default.IReadOnlyDictionaryStringString, cancel);
        await FollowAsync(run, app, answer.DeployId, cancel);
    }

    private static async Task RestoreAsync(Invocation run, AppName app, HerokuFacts there, HerokuHost? host, HerokuAddon? database, CancellationToken cancel)
    {
        var file = there.Dump is { Length: > 0 } given ? given : await host!.DumpAsync(database!, run.Screen.Note, cancel);
        try
        {
            var addon = (await run.Api.ListAsync(Routes.Of(app, "addons"), ContractsJson.Default.IReadOnlyListAddon, cancel)).Value.First(one => one.AddonService.Name == "heroku-postgresql");
            var asked = (await Backups.BackupCommands.RestoreAsync(run, app, addon, file, cancel)).Value;
            run.Screen.Line($"Restored {Visible.Bytes(new FileInfo(file).Length)} into {addon.Name}{(asked.Warnings > 0 ? $", but for {asked.Warnings} statements" : "")}.");
            if (asked.Warnings > 0) foreach (var line in asked.Logs.Where(line => line.Message.Contains("error", StringComparison.OrdinalIgnoreCase)).Take(5)) run.Screen.Note(Visible.Text(line.Message));
        }
        finally
        {
            if (there.Dump is not { Length: > 0 }) File.Delete(file);
        }
    }

    /// <summary>One that another app has is said, and the rest goes on.</summary>
    private static async Task AddDomainAsync(Invocation run, AppName app, string domain, CancellationToken cancel)
    {
        try
        {
            await run.Api.SendAsync(HttpMethod.Post, Routes.Of(app, "domains"), new CreateDomainRequest(domain), ContractsJson.Default.CreateDomainRequest, ContractsJson.Default.Domain, cancel);
        }
        catch (Failure failure) when (failure.ExitCode is not (ExitCode.NotLoggedIn or ExitCode.Interrupted))
        {
            run.Screen.Note($"{Visible.Text(domain)} was not added: {Visible.Text(failure.Error.Message)}");
        }
    }

    /// <summary>Only what the deployed code has; the first deploy may come later.</summary>
    private static async Task ScaleAsync(Invocation run, AppName app, IReadOnlyDictionary<string, int> wanted, CancellationToken cancel)
    {
        if (wanted.Count == 0) return;
        var formation = (await run.Api.ListAsync(Routes.Of(app, "formation"), ContractsJson.Default.IReadOnlyListFormation, cancel)).Value;
        var updates = wanted.Where(one => formation.Any(type => type.Type.Value == one.Key && type.Quantity != one.Value)).Select(one => new FormationUpdate(one.Key, one.Value, null)).ToList();
        if (updates.Count > 0)
            await run.Api.SendAsync(HttpMethod.Patch, Routes.Of(app, "formation"), new BatchFormationRequest(updates), ContractsJson.Default.BatchFormationRequest, ContractsJson.Default.IReadOnlyListFormation, cancel);
        var later = wanted.Where(one => formation.All(type => type.Type.Value != one.Key)).Select(one => $"{one.Key}={one.Value}").ToList();
        if (later.Count > 0) run.Screen.Note($"After the first deploy: slipway scale {string.Join(' ', later)} --app {app}");
    }

    private static async Task FollowAsync(Invocation run, AppName app, Guid? deploy, CancellationToken cancel)
    {
        if (deploy is not { } id) return;
        await using var view = DeployView.For(run, everyLine: false);
        await Rollout.FollowAsync(run, app, id, view, cancel);
    }
}
