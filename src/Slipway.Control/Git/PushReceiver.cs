using Slipway.Contracts.Deploys;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Git;
using Slipway.Contracts.Names;
using Slipway.Control.Api;
using Slipway.Control.Deploys;
using Slipway.Control.Events;
using Slipway.Control.Remotes;
using Slipway.Control.Sources;

namespace Slipway.Control.Git;

/// <summary>
/// Decides a push while git holds its objects in quarantine: the commit of main or master is deployed, and only when it is
/// live may git move the branch. So the branch is what serves; a pusher who lets go takes the deploy back with the push.
/// </summary>
internal sealed class PushReceiver(
    GitProgram git, CommitSources commits, SourceStore sources, Deployer deployer, DeployLogs logs, EventLog events)
{
    /// <param name="say">Shows the pusher a line.</param>
    /// <returns>Whether git may take the push.</returns>
    public async Task<bool> ReceiveAsync(Push push, PushedRefs pushed, Func<string, ValueTask> say, CancellationToken cancel)
    {
        var result = "interrupted";
        try
        {
            var plan = PushPlan.Of(pushed.Refs);
            foreach (var note in plan.Notes) await say("       " + note);
            if (plan.Deploy is not null)
            {
                if (await DeployAsync(push, plan.Deploy, pushed.Quarantine, say, cancel) is { } failed)
                {
                    result = failed.Id;
                    await say($" !     {PushPlan.BranchOf(plan.Deploy)} was not moved: git has what serves.");
                    return false;
                }

                await LeadToAsync(push, plan.Deploy, cancel);
            }

            result = EventLog.Ok;
            return true;
        }
        catch (SlipwayException e)
        {
            result = e.Error.Id;
            foreach (var line in DeployText.Failure(e.Error)) await say(line);
            return false;
        }
        finally
        {
            await events.RecordAsync(
                push.Actor.Email, "git.push", EventTarget.Of(push.App), null,
                string.Join(", ", pushed.Refs.Take(5).Select(r => $"{TypedName.Quote(r.Name)} {(r.IsDeletion ? "deleted" : r.New[..7])}")), result, CancellationToken.None);
        }
    }

    /// <returns>Why it failed; null when it is live.</returns>
    private async Task<SlipwayError?> DeployAsync(Push push, PushedRef pushed, string? quarantine, Func<string, ValueTask> say, CancellationToken cancel)
    {
        var commit = new PushedCommit(git, push.Repository, quarantine, pushed.New);
        var version = await commit.DescribeAsync(cancel);
        var source = await commits.ImportAsync(commit, null, line => say("       " + line), cancel);
        if (LfsPointers.In(sources.Find(source).Path) is { Count: > 0 } pointers)
            await say($" !     {(pointers.Count == 1 ? "A file is" : $"{pointers.Count} files are")} a pointer of git LFS, not the content: "
                + $"{string.Join(", ", pointers.Take(5))}{(pointers.Count > 5 ? ", …" : "")}. slipway deploy sends the contents.");

        var deploy = await deployer.StartSourceAsync(push.App.Id, source, version, push.Actor.AccountId, cancel);
        try
        {
            await foreach (var happened in logs.FollowAsync(deploy.Uuid, cancel))
            {
                foreach (var line in DeployText.Lines(happened)) await say(line);
                if (happened.Kind is DeployEventKind.Succeeded) return null;
                if (happened.Kind is DeployEventKind.Failed) return happened.Error!;
            }

            return DeployErrors.Interrupted;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // Nobody is there to be told, so git will not take the push: nothing of it may be live.
            await deployer.CancelAsync(push.App.Id, CancellationToken.None);
            throw;
        }
    }

    /// <summary>A clone checks out what HEAD names: the branch that is deployed.</summary>
    private Task LeadToAsync(Push push, PushedRef deployed, CancellationToken cancel) =>
        git.RunAsync(["symbolic-ref", "HEAD", deployed.Name], [new("GIT_DIR", push.Repository)], cancel);
}
