using Slipway.Cli.Api;
using Slipway.Cli.Output;
using Slipway.Contracts;
using Slipway.Contracts.Deploys;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;

namespace Slipway.Cli.Deploys;

/// <summary>What the commands that change an app share: follow what they started, say how it ended, stop it at Ctrl-C.</summary>
internal static class Rollout
{
    /// <summary>How long a cancelled deploy may take to say so.</summary>
    private static readonly TimeSpan CancelPatience = TimeSpan.FromSeconds(20);

    /// <summary>Follows the deploy that a change (config vars, rollback, scale) started, unless <c>--no-wait</c> was given or there is none.</summary>
    public static async Task<int> AfterAsync<T>(Invocation run, AppName app, Answer<T> change, CancellationToken cancel)
    {
        if (change.DeployId is not { } deploy || run.Get(CommonOptions.NoWait)) return ExitCode.Success;
        await using var view = DeployView.For(run, everyLine: false);
        await FollowAsync(run, app, deploy, view, cancel);
        return ExitCode.Success;
    }

    /// <returns>The <see cref="DeployEventKind.Succeeded"/> event.</returns>
    /// <exception cref="Failure">It failed, or was cancelled.</exception>
    public static async Task<DeployEvent> FollowAsync(Invocation run, AppName app, Guid deploy, IDeployView view, CancellationToken cancel)
    {
        var follower = new DeployFollower(run.Api, Routes.Deploy(app, deploy) + "/events", $"slipway deploys --app {app}", view, TimeProvider.System);
        DeployEvent last;
        try
        {
            last = await follower.FollowAsync(cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            throw await CancelAsync(run, app, deploy, follower, view);
        }
        if (last.Kind == DeployEventKind.Succeeded) return last;
        await view.DisposeAsync();
        throw new Failure(ExitCode.DeployFailed, last.Error ?? new SlipwayError("deploy_failed", "The deploy failed."));
    }

    private static async Task<Failure> CancelAsync(Invocation run, AppName app, Guid deploy, DeployFollower follower, IDeployView view)
    {
        using var patience = new CancellationTokenSource(CancelPatience);
        try
        {
            view.ShowDetail("cancelling");
            await run.Api.SendAsync(HttpMethod.Post, Routes.Deploy(app, deploy) + "/cancel", null, patience.Token);
            var last = await follower.FollowAsync(patience.Token);
            await view.DisposeAsync();
            return last.Kind == DeployEventKind.Succeeded
                ? new Failure(ExitCode.Interrupted, new SlipwayError("too_late_to_cancel", $"It was too late to cancel: v{last.Release} is live.") { Next = $"slipway rollback --app {app}" })
                : new Failure(ExitCode.Interrupted, new SlipwayError("cancelled", "The deploy was cancelled. What served before serves on.") { Step = last.Error?.Step });
        }
        catch (Exception e) when (e is Failure or OperationCanceledException)
        {
            await view.DisposeAsync();
            return new Failure(ExitCode.Interrupted, new SlipwayError("cancel_unknown", "The deploy was asked to stop, but the server did not say that it did.")
            {
                Why = (e as Failure)?.Error.Message ?? $"No word from it for {CancelPatience.TotalSeconds:0} seconds.",
                Next = $"slipway deploys --app {app}",
            }, e);
        }
    }
}
