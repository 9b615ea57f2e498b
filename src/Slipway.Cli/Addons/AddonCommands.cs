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
    private static readonly Argument<string> Plan = new("PLAN") { Description = "What to attach: postgresql." };
    private static readonly Argument<string> AddonName = new("NAME") { Description = "The add-on's name, as slipway addons lists it." };

    public static IEnumerable<Command> All(CommandTree tree) =>
    [
        tree.Group(
            tree.Command("addons", "List the app's add-ons.", ["slipway addons", "slipway addons create postgresql"], ListAsync, CommonOptions.App, CommonOptions.Json),
            tree.Command("create", "Attach an add-on; makes a release.", ["slipway addons create postgresql"], CreateAsync, Plan, CommonOptions.App, CommonOptions.NoWait, CommonOptions.Json),
            tree.Command("destroy", "Remove an add-on and its data.", ["slipway addons destroy postgresql-blog --confirm blog"], DestroyAsync, AddonName, CommonOptions.App, CommonOptions.Confirm, CommonOptions.NoWait)),
    ];

    private static async Task<int> ListAsync(Invocation run, CancellationToken cancel) =>
        run.Show(await run.Api.ListAsync(Routes.Of(run.App, "addons"), ContractsJson.Default.IReadOnlyListAddon, cancel), all =>
        {
            if (all.Count == 0)
            {
                run.Screen.Note("No add-ons. slipway addons create postgresql");
                return;
            }
            var table = new Table(new Column("NAME", 3), new("SERVICE", 2), new("PLAN", 0), new("STATE", 2), new("CONFIG VARS", 1));
            foreach (var addon in all) table.Add(addon.Name, addon.AddonService.Name, addon.Plan.Name, addon.State, string.Join(", ", addon.ConfigVars));
            table.Write(run.Screen);
        });

    private static async Task<int> CreateAsync(Invocation run, CancellationToken cancel)
    {
        var app = run.App;
        var answer = await run.Api.SendAsync(HttpMethod.Post, Routes.Of(app, "addons"), new CreateAddonRequest(run.Get(Plan)!, null), ContractsJson.Default.CreateAddonRequest, ContractsJson.Default.Addon, cancel);
        run.Show(answer, addon => run.Screen.Line($"Attached {run.Screen.Bold(addon.Name)}; it sets {string.Join(", ", addon.ConfigVars)}."));
        return await Rollout.AfterAsync(run, app, answer, cancel);
    }

    private static async Task<int> DestroyAsync(Invocation run, CancellationToken cancel)
    {
        var (app, name) = (run.App, run.Get(AddonName)!);
        await Confirmation.AskAsync(run, app, $"This deletes the add-on {Visible.Text(name)} of {app} with its data, for good.", $"slipway addons destroy {Visible.Text(name)} --app {app}", cancel);
        var answer = await run.Api.SendAsync(HttpMethod.Delete, Routes.Of(app, "addons", name), null, ContractsJson.Default.Addon, cancel);
        run.Screen.Line($"Removed {Visible.Text(name)} from {run.Screen.Bold(app.Value)}.");
        return await Rollout.AfterAsync(run, app, answer, cancel);
    }
}
