using System.CommandLine;
using System.Diagnostics;
using System.ComponentModel;
using Slipway.Cli.Api;
using Slipway.Cli.Output;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Names;

namespace Slipway.Cli.Apps;

/// <summary><c>slipway apps</c>, <c>create</c>, <c>info</c>, <c>open</c>, <c>destroy</c>.</summary>
internal static class AppCommands
{
    private static readonly Argument<string?> NewName = new("NAME") { Description = "Its name; without it the server makes one up.", Arity = ArgumentArity.ZeroOrOne };

    public static IEnumerable<Command> All(CommandTree tree) =>
    [
        tree.Command("open", "Open the app in a browser, or print its URL where there is none.", ["slipway open", "curl -sS \"$(slipway open)\""], OpenAsync, CommonOptions.App),
        tree.Command("apps", "List your apps.", ["slipway apps", "slipway apps --json | jq -r '.[].name'"], ListAsync, CommonOptions.Json),
        tree.Command("create", "Create an app without deploying to it yet.", ["slipway create blog", "slipway create"], CreateAsync, NewName, CommonOptions.Json),
        tree.Command("info", "Show what there is to know about the app.", ["slipway info", "slipway info --app blog"], InfoAsync, CommonOptions.App, CommonOptions.Json),
        tree.Group(new Command("maintenance", "Show visitors a page that says so, instead of the app."),
            tree.Command("on", "Answer every request with the maintenance page.", ["slipway maintenance on"], (run, cancel) => MaintainAsync(run, true, cancel), CommonOptions.App),
            tree.Command("off", "Serve the app again.", ["slipway maintenance off"], (run, cancel) => MaintainAsync(run, false, cancel), CommonOptions.App)),
        tree.Command("destroy", "Delete the app with its releases, database and volumes.", ["slipway destroy --app blog", "slipway destroy --app blog --confirm blog"], DestroyAsync, CommonOptions.App, CommonOptions.Confirm),
    ];

    private static async Task<int> ListAsync(Invocation run, CancellationToken cancel)
    {
        var apps = await run.Api.ListAsync(Routes.Apps, ContractsJson.Default.IReadOnlyListApp, cancel);
        return run.Show(apps, all =>
        {
            if (all.Count == 0) run.Screen.Note("No apps yet. In an app's folder: slipway deploy");
            if (all.Count == 0) return;
            var table = new Table(new Column("NAME", 3), new("URL", 2), new("RELEASED", 1), new("OWNER", 0));
            foreach (var app in all.OrderBy(a => a.Name.Value, StringComparer.Ordinal))
                table.Add(app.Name.Value, Url(app), app.ReleasedAt is { } at ? Visible.Age(at, DateTimeOffset.UtcNow) + " ago" : "never", app.Owner.Email);
            table.Write(run.Screen);
        });
    }

    private static async Task<int> CreateAsync(Invocation run, CancellationToken cancel)
    {
        var name = run.Get(NewName) is { } text ? Invocation.Name<AppName>(text).Value : null;
        var created = await run.Api.SendAsync(HttpMethod.Post, Routes.Apps, new CreateAppRequest(name), ContractsJson.Default.CreateAppRequest, ContractsJson.Default.App, cancel);
        return run.Show(created, app =>
        {
            run.Screen.Line($"Created app {run.Screen.Bold(app.Name.Value)}; it will answer at {Url(app)}");
            run.Screen.Note($"Next: slipway deploy --app {app.Name}");
        });
    }

    private static async Task<int> InfoAsync(Invocation run, CancellationToken cancel)
    {
        var answer = await run.Api.GetAsync(Routes.App(run.App), ContractsJson.Default.App, cancel);
        if (run.Json) return run.Show(answer, _ => { });
        var app = answer.Value;
        var formation = await run.Api.ListAsync(Routes.Of(run.App, "formation"), ContractsJson.Default.IReadOnlyListFormation, cancel);
        var domains = await run.Api.ListAsync(Routes.Of(run.App, "domains"), ContractsJson.Default.IReadOnlyListDomain, cancel);
        var addons = await run.Api.ListAsync(Routes.Of(run.App, "addons"), ContractsJson.Default.IReadOnlyListAddon, cancel);
        var facts = new List<(string Name, string Value)>
        {
            ("Name", app.Name.Value),
            ("URL", Url(app)),
            ("Domains", string.Join(", ", domains.Value.Select(d => d.Hostname.Value))),
            ("Processes", string.Join(", ", formation.Value.Select(f => $"{f.Type}={f.Quantity}:{f.Size}"))),
            ("Add-ons", string.Join(", ", addons.Value.Select(a => Slipway.Cli.Addons.AddonCommands.Words(a.Plan).Split(':')[0]))),
            ("Image", app.SlugSize is { } size ? Visible.Bytes(size) : "none yet"),
            ("Released", app.ReleasedAt is { } at ? Visible.Time(at) : "never"),
            ("Maintenance", app.Maintenance ? "on" : "off"),
            ("Stack", app.Stack.Name),
            ("Owner", app.Owner.Email),
            ("Created", Visible.Time(app.CreatedAt)),
        };
        foreach (var (name, value) in facts.Where(f => f.Value.Length > 0)) run.Screen.Line($"{run.Screen.Dim(name.PadRight(12))} {Visible.Text(value)}");
        return ExitCode.Success;
    }

    private static async Task<int> MaintainAsync(Invocation run, bool on, CancellationToken cancel)
    {
        var app = run.App;
        await run.Api.SendAsync(HttpMethod.Patch, Routes.App(app), new UpdateAppRequest(null, on), ContractsJson.Default.UpdateAppRequest, ContractsJson.Default.App, cancel);
        run.Screen.Line($"Maintenance of {run.Screen.Bold(app.Value)} is {(on ? "on" : "off")}.");
        return ExitCode.Success;
    }

    private static async Task<int> OpenAsync(Invocation run, CancellationToken cancel)
    {
        var url = Url((await run.Api.GetAsync(Routes.App(run.App), ContractsJson.Default.App, cancel)).Value);
        run.Screen.Line(url);
        var hasDisplay = Environment.GetEnvironmentVariable("DISPLAY") is { Length: > 0 } || Environment.GetEnvironmentVariable("WAYLAND_DISPLAY") is { Length: > 0 };
        if (!run.Screen.IsTerminal || !hasDisplay) return ExitCode.Success;
        try
        {
            var start = new ProcessStartInfo("xdg-open") { RedirectStandardOutput = true, RedirectStandardError = true };
            start.ArgumentList.Add(url);
            using var browser = Process.Start(start);
        }
        catch (Win32Exception)
        {
            run.Screen.Note("xdg-open is not installed; the URL is above.");
        }
        return ExitCode.Success;
    }

    private static async Task<int> DestroyAsync(Invocation run, CancellationToken cancel)
    {
        var app = run.App;
        await run.Api.GetAsync(Routes.App(app), ContractsJson.Default.App, cancel);
        await Confirmation.AskAsync(run, app, $"This deletes {app} with its releases, database, volumes and logs, for good.", $"slipway destroy --app {app}", cancel);
        await run.Api.SendAsync(HttpMethod.Delete, Routes.App(app), null, cancel);
        AppLink.Forget(run.Server, app);
        run.Screen.Line($"Destroyed {app}.");
        return ExitCode.Success;
    }

    private static string Url(App app) => app.WebUrl.ToString().TrimEnd('/');
}
