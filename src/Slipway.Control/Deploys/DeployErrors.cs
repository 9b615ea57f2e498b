using Slipway.Contracts.Errors;
using Slipway.Control.Store;

namespace Slipway.Control.Deploys;

internal static class DeployErrors
{
    public static SlipwayException InProgress(AppRow app, DeployRow running) =>
        new(409, new SlipwayError("deploy_in_progress", $"Another deploy of {app.Name} is in progress.")
        {
            Why = $"{running.Account?.Email} started it at {running.CreatedAt:HH:mm:ss} UTC ({running.Kind.ToString().ToLowerInvariant()}).",
            Next = $"Wait for it, or follow it: slipway deploys -a {app.Name}",
        });

    public static SlipwayException Destroyed(AppRow app) =>
        new(404, new SlipwayError("not_found", $"{app.Name} is being destroyed."));

    public static SlipwayError Interrupted { get; } = new("deploy_interrupted", "The deploy was interrupted: slipwayd was stopped while it ran.")
    {
        Why = "What was not live yet was taken back.",
        Next = "Deploy again: slipway deploy",
    };

    public static SlipwayError Cancelled { get; } = new("deploy_cancelled", "The deploy was cancelled.")
    {
        Why = "Somebody let go of it before the new release was live; what it had made was taken back.",
        Next = "Deploy again when you like: slipway deploy",
    };

    public static SlipwayError Defect(Exception e) => new("internal_error", "Slipway itself failed.")
    {
        Why = $"{e.GetType().Name}: {e.Message}",
        Next = "This is a defect of Slipway's; its log (slipwayd) has the details. Deploying again may work.",
    };

    /// <summary>The error with where it happened and what serves now.</summary>
    /// <param name="serving">Version of the release that serves; null when there is none.</param>
    public static SlipwayError InContext(SlipwayError error, string? step, int? serving) => error with
    {
        Step = error.Step ?? step,
        Message = $"{error.Message.TrimEnd('.')}{(error.Message.EndsWith('?') ? "" : ".")} {(serving is { } version ? $"v{version} serves on as before." : "Nothing of it is live.")}",
    };
}
