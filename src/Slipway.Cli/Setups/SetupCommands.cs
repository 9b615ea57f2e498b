using System.CommandLine;
using Slipway.Cli.Api;
using Slipway.Cli.Deploys;
using Slipway.Cli.Output;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;

namespace Slipway.Cli.Setups;

/// <summary><c>slipway setup</c>: what a button does.</summary>
internal static class SetupCommands
{
    private static readonly Argument<string> Address = new("URL") { Description = "Of a git repository, a page about one, or an archive." };
    private static readonly Option<string[]> Env = new("--env", "-e") { Description = "A config var of the new app, as app.json asks for it; may be repeated.", HelpName = "KEY=VALUE" };
    private static readonly Option<string> Environment = new("--environment") { Description = "One of app.json's environments, such as review.", HelpName = "NAME" };

    public static IEnumerable<Command> All(CommandTree tree) =>
    [
        tree.Command("setup", "Make an app from a repository with an app.json: config vars, add-ons, processes, first deploy.",
            ["slipway setup https://github.com/ada/blog", "slipway setup https://git.example.org/blog.git --app blog --env MAIL_FROM=ada@example.org"],
            SetUpAsync, Address, CommonOptions.App, Env, Environment, CommonOptions.Verbose, CommonOptions.Json),
    ];

    private static async Task<int> SetUpAsync(Invocation run, CancellationToken cancel)
    {
        var env = (run.Get(Env) ?? []).Select(Pair).ToDictionary(pair => pair.Key, string? (pair) => pair.Value);
        var request = new CreateAppSetupRequest(new SetupSource(run.Get(Address), null, null), new SetupApp(run.NamedApp?.Value), new SetupOverrides(env, null), run.Get(Environment));
        var begun = await run.Api.SendAsync(HttpMethod.Post, Routes.Setups, request, ContractsJson.Default.CreateAppSetupRequest, ContractsJson.Default.AppSetup, cancel);
        var app = AppName.Parse(begun.Value.App.Name);
        run.Screen.Note($"Setting up {app}.");
        if (begun.DeployId is { } deploy)
        {
            await using var view = DeployView.For(run, run.Get(CommonOptions.Verbose));
            try
            {
                await Rollout.FollowAsync(run, app, deploy, view, cancel);
            }
            catch (Failure e) when (e.ExitCode == ExitCode.DeployFailed)
            {
                // The setup knows more: what was made, and whether it is being tried again.
            }
        }

        var ended = await EndAsync(run, begun.Value.Id, cancel);
        if (ended.Value.Status != "succeeded") throw new Failure(ExitCode.DeployFailed, ended.Value.Error ?? new SlipwayError("setup_failed", ended.Value.FailureMessage ?? "Setting the app up failed."));
        return run.Show(ended, setup =>
        {
            run.Screen.Line($"{run.Screen.Bold(app.Value)} is set up: {Visible.Text(string.Join("; ", setup.Created))}.");
            run.Screen.Line(Visible.Text(setup.ResolvedSuccessUrl ?? ""));
        });
    }

    private static async Task<Answer<AppSetup>> EndAsync(Invocation run, Guid id, CancellationToken cancel)
    {
        while (true)
        {
            var setup = await run.Api.GetAsync($"{Routes.Setups}/{id}", ContractsJson.Default.AppSetup, cancel);
            if (setup.Value.Status != "pending") return setup;
            await Task.Delay(TimeSpan.FromMilliseconds(500), cancel);
        }
    }

    private static KeyValuePair<string, string> Pair(string text)
    {
        var at = text.IndexOf('=');
        return at > 0
            ? new(Invocation.Name<ConfigKey>(text[..at]).Value, text[(at + 1)..])
            : throw Failure.Usage("invalid_env", $"{TypedName.Quote(text)} is not KEY=VALUE.", "A config var has a name and a value.", "slipway setup URL --env MAIL_FROM=ada@example.org");
    }
}
