using System.Text.RegularExpressions;
using Slipway.Cli.Api;
using Slipway.Cli.Apps;
using Slipway.Cli.Output;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;

namespace Slipway.Cli.Deploys;

/// <summary>Which app a folder goes to.</summary>
internal static partial class DeployTarget
{
    /// <summary>
    /// <c>--app</c> or <c>SLIPWAY_APP</c>, else the app that the folder went to last time, else one named after the folder.
    /// An app that is not there is created. One that merely has the folder's name by chance is not overwritten unasked.
    /// </summary>
    public static async Task<AppName> FindOrCreateAsync(Invocation run, string folder, CancellationToken cancel)
    {
        var known = run.NamedApp ?? AppLink.Of(folder, run.Server)?.App;
        var app = known ?? NameOf(folder);
        if (!await ExistsAsync(run, app, cancel))
        {
            await run.Api.SendAsync(HttpMethod.Post, Routes.Apps, new CreateAppRequest(app.Value), ContractsJson.Default.CreateAppRequest, ContractsJson.Default.App, cancel);
            run.Screen.Note($"Created app {app}. It stays if this deploy fails, with its config vars; slipway destroy --app {app} takes it away.");
        }
        else if (known is null) await ConfirmAsync(run, folder, app, cancel);
        return app;
    }

    private static async Task<bool> ExistsAsync(Invocation run, AppName app, CancellationToken cancel)
    {
        try
        {
            await run.Api.GetAsync(Routes.App(app), ContractsJson.Default.App, cancel);
            return true;
        }
        catch (Failure failure) when (failure.ExitCode == ExitCode.NotFound)
        {
            return false;
        }
    }

    private static async Task ConfirmAsync(Invocation run, string folder, AppName app, CancellationToken cancel)
    {
        if (run.Screen.CanAsk
            && await Question.AskAsync(run.Screen, $"There is an app {app} already. Deploy {folder} to it? [y/N] ", cancel) is "y" or "Y" or "yes") return;
        throw new Failure(ExitCode.Usage, new SlipwayError("app_exists", $"There is an app {app} already, and this folder was not deployed to it before.")
        {
            Why = "It may be another app that only has this folder's name.",
            Next = $"slipway deploy --app {app} to deploy to it, or --app with another name to create one",
        });
    }

    /// <summary>The folder's name as an app's: lower case, dashes for what an app's name cannot have.</summary>
    private static AppName NameOf(string folder)
    {
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(folder));
        var plain = NotInNames().Replace(name.ToLowerInvariant(), "-").Trim('-');
        if (AppName.TryParse(plain.Length > 30 ? plain[..30].TrimEnd('-') : plain, out var app)) return app;
        throw new Failure(ExitCode.Usage, new SlipwayError("no_app", $"The folder's name, {TypedName.Quote(name)}, does not make an app's name.")
        {
            Why = $"An app's name is {AppName.Rule}.",
            Next = "slipway deploy --app NAME",
        });
    }

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex NotInNames();
}
