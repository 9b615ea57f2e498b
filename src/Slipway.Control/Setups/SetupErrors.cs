using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Control.AppFiles;
using Slipway.Control.Builds;

namespace Slipway.Control.Setups;

internal static class SetupErrors
{
    public static SlipwayError PostDeployCutOff { get; } = new("postdeploy_interrupted", "The postdeploy script was cut off: slipwayd ended while it ran.")
    {
        Why = "It is run once, and half of it may be done; what it did is not known.",
        Next = "Look at the app, and do the rest by hand: slipway run -- COMMAND",
        Step = SetupSteps.PostDeployStep,
    };

    public static SlipwayError AppGone(string app) => new("app_destroyed", $"{app} was destroyed before it was set up.") { Next = "Set it up again, if it is wanted." };

    public static SlipwayError CutOffTooOften(int times) => new("setup_interrupted", $"Setting the app up was cut off {times} times by slipwayd's end.")
    {
        Why = "Something about it, or about the server, may be what ends slipwayd; its log says more.",
        Next = "Destroy the app and set it up again.",
    };

    public static SlipwayException TemplateTooOld() => new(422, new SlipwayError("template_expired", "This page is too old: what it showed is no longer kept.")
    {
        Why = "A source that nobody uses is kept for an hour.",
        Next = "Load the page of the button again.",
    });

    public static SlipwayException UnknownEnvironment(string name, AppFile file) => new(422, new SlipwayError("unknown_environment", $"{AppFile.FileName} has no environment {TypedName.Quote(name)}.")
    {
        Why = file.Environments.Count == 0 ? "It has none." : $"It has {string.Join(", ", file.Environments.Keys)}.",
    });

    public static Finding MissingValue(AppVariable variable) => new("env_missing", $"env.{variable.Key} needs a value, and there is none.")
    {
        File = AppFile.FileName,
        Why = variable.Description,
        Next = $"Give one: slipway setup URL --env {variable.Key}=VALUE",
    };
}
