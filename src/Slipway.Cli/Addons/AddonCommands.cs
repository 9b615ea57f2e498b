using System.CommandLine;
using Slipway.Cli.Api;
using Slipway.Cli.Deploys;
using Slipway.Cli.Output;
using Slipway.Contracts;
using Slipway.Contracts.Api;

namespace Slipway.Cli.Addons;

/// <summary><c>slipway addons</c>.</summary>
internal static class AddonCommands
{
    private static readonly Argument<string> Plan = new("PLAN") { Description = "What to make: postgresql, mariadb, redis, or redis:cache." };
    private static readonly Argument<string> AddonName = new("NAME") { Description = "The add-on's name, as slipway addons lists it; its config var or service name does where that is one." };
    private static readonly Option<string> As = new("--as") { Description = "Name of the attachment: NAME_URL becomes the config var.", HelpName = "NAME" };

    public static IEnumerable<Command> All(CommandTree tree) =>
    [
        tree.Group(
            tree.Command("addons", "List the app's add-ons.", ["slipway addons", "slipway addons create postgresql"], ListAsync, CommonOptions.App, CommonOptions.Json),
            tree.Command("create", "Make an add-on for the app; makes a release.",
                ["slipway addons create mariadb", "slipway addons create redis", "slipway addons create redis:cache --as CACHE"],
                CreateAsync, Plan, As, CommonOptions.App, CommonOptions.NoWait, CommonOptions.Json),
            tree.Command("info", "Show an add-on: where it is, its version, size and connections.", ["slipway addons info redis", "slipway addons info DATABASE"], InfoAsync, AddonName, CommonOptions.App, CommonOptions.Json),
            tree.Command("attach", "Let the app use an add-on of another app; makes a release.", ["slipway addons attach postgresql-blog --app stats --as BLOG"],
                AttachAsync, AddonName, As, CommonOptions.App, CommonOptions.NoWait, CommonOptions.Json),
            tree.Command("detach", "Take an add-on of another app away from this one; its data stay.", ["slipway addons detach BLOG --app stats"],
                DetachAsync, AddonName, CommonOptions.App, CommonOptions.NoWait),
            tree.Command("expose", "Let people reach a PostgreSQL database from outside, over TLS.", ["slipway addons expose DATABASE"], (run, cancel) => ExposeAsync(run, true, cancel), AddonName, CommonOptions.App),
            tree.Command("hide", "Keep a database inside again.", ["slipway addons hide DATABASE"], (run, cancel) => ExposeAsync(run, false, cancel), AddonName, CommonOptions.App),
            tree.Command("destroy", "Delete an add-on and its data.", ["slipway addons destroy postgresql-blog --confirm blog"], DestroyAsync, AddonName, CommonOptions.App, CommonOptions.Confirm, CommonOptions.NoWait)),
    ];

    private static async Task<int> ListAsync(Invocation run, CancellationToken cancel) =>
        run.Show(await run.Api.ListAsync(Routes.Of(run.App, "addons"), ContractsJson.Default.IReadOnlyListAddon, cancel), all =>
        {
            if (all.Count == 0)
            {
                run.Screen.Note("No add-ons. slipway addons create postgresql");
                return;
            }
            var table = new Table(new Column("NAME", 3), new("PLAN", 2), new("STATE", 2), new("CONFIG VARS", 1), new("OWNER", 0));
            foreach (var addon in all) table.Add(addon.Name, Words(addon.Plan), addon.State, string.Join(", ", addon.ConfigVars), addon.App.Name);
            table.Write(run.Screen);
        });

    private static async Task<int> CreateAsync(Invocation run, CancellationToken cancel)
    {
        var app = run.App;
        var request = new CreateAddonRequest(run.Get(Plan)!, run.Get(As) is { } name ? new AttachmentName(name) : null);
        var answer = await run.Api.SendAsync(HttpMethod.Post, Routes.Of(app, "addons"), request, ContractsJson.Default.CreateAddonRequest, ContractsJson.Default.Addon, cancel);
        run.Show(answer, addon => run.Screen.Line($"Making {run.Screen.Bold(addon.Name)}; it sets {string.Join(", ", addon.ConfigVars)}."));
        return await Rollout.AfterAsync(run, app, answer, cancel);
    }

    private static async Task<int> InfoAsync(Invocation run, CancellationToken cancel) =>
        run.Show(await DetailsAsync(run, run.Get(AddonName)!, cancel), details => Write(run, details));

    public static Task<Answer<AddonDetails>> DetailsAsync(Invocation run, string name, CancellationToken cancel) =>
        run.Api.GetAsync(Routes.Own(run.App, "addons", name), ContractsJson.Default.AddonDetails, cancel);

    public static void Write(Invocation run, AddonDetails details)
    {
        Line("Name", details.Addon.Name);
        Line("Plan", $"{Words(details.Addon.Plan)}: {details.PlanWords}");
        Line("State", details.Addon.State);
        Line("Address", $"{details.Host}:{details.Port}");
        foreach (var fact in details.Facts) Line(fact.Name, fact.Value);
        foreach (var one in details.Attachments) Line("Attached to", $"{one.App.Name} as {one.Name}_URL");

        void Line(string name, string value) => run.Screen.Line($"{run.Screen.Dim(Visible.Text(name).PadRight(12))} {Visible.Text(value)}");
    }

    /// <summary>A plan in Slipway's own words: <c>postgresql:shared</c>.</summary>
    public static string Words(AddonPlanView plan) => plan.Name.Replace("heroku-", "", StringComparison.Ordinal).Replace("jawsdb-maria", "mariadb", StringComparison.Ordinal);

    private static async Task<int> ExposeAsync(Invocation run, bool exposed, CancellationToken cancel)
    {
        var (app, name) = (run.App, run.Get(AddonName)!);
        var answer = await run.Api.SendAsync(
            HttpMethod.Patch, Routes.Own(app, "addons", name), new ExposeAddonRequest(exposed), ContractsJson.Default.ExposeAddonRequest, ContractsJson.Default.Addon, cancel);
        run.Screen.Line(exposed
            ? $"{run.Screen.Bold(answer.Value.Name)} can be reached with the URL that `slipway config` shows now."
            : $"{run.Screen.Bold(answer.Value.Name)} is inside only.");
        return ExitCode.Success;
    }

    private static async Task<int> AttachAsync(Invocation run, CancellationToken cancel)
    {
        var app = run.App;
        var answer = await run.Api.SendAsync(
            HttpMethod.Post, Routes.Attachments, new CreateAddonAttachmentRequest(run.Get(AddonName)!, app.Value, run.Get(As)),
            ContractsJson.Default.CreateAddonAttachmentRequest, ContractsJson.Default.AddonAttachment, cancel);
        run.Show(answer, made => run.Screen.Line($"Attaching {run.Screen.Bold(made.Addon.Name)} of {made.Addon.App.Name}; it sets {made.Name}_URL."));
        return await Rollout.AfterAsync(run, app, answer, cancel);
    }

    private static async Task<int> DetachAsync(Invocation run, CancellationToken cancel)
    {
        var (app, name) = (run.App, run.Get(AddonName)!);
        var all = (await run.Api.ListAsync(Routes.Of(app, "addon-attachments"), ContractsJson.Default.IReadOnlyListAddonAttachment, cancel)).Value;
        var found = all.FirstOrDefault(one => one.Addon.Name == name) ?? all.FirstOrDefault(one => Is(one.Name) || Is(one.Name + "_URL"))
            ?? throw new Failure(ExitCode.NotFound, new("no_attachment", $"{app} has no add-on {Visible.Text(name)}.") { Next = $"slipway addons --app {app}" });
        var answer = await run.Api.SendAsync(HttpMethod.Delete, $"{Routes.Attachments}/{found.Id}", null, ContractsJson.Default.AddonAttachment, cancel);
        run.Screen.Line($"Detaching {run.Screen.Bold(found.Addon.Name)} from {app}; its data stay with {found.Addon.App.Name}.");
        return await Rollout.AfterAsync(run, app, answer, cancel);

        bool Is(string other) => other.Equals(name, StringComparison.OrdinalIgnoreCase);
    }

    private static async Task<int> DestroyAsync(Invocation run, CancellationToken cancel)
    {
        var (app, name) = (run.App, run.Get(AddonName)!);
        await Confirmation.AskAsync(run, app, $"This deletes the add-on {Visible.Text(name)} of {app} with its data, for good.", $"slipway addons destroy {Visible.Text(name)} --app {app}", cancel);
        var answer = await run.Api.SendAsync(HttpMethod.Delete, Routes.Of(app, "addons", name), null, ContractsJson.Default.Addon, cancel);
        run.Screen.Line($"Removing {Visible.Text(answer.Value.Name)} from {run.Screen.Bold(app.Value)}, then deleting its data.");
        return await Rollout.AfterAsync(run, app, answer, cancel);
    }
}
