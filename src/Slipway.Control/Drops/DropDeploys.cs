using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Deploys;
using Slipway.Contracts.Errors;
using Slipway.Control.Deploys;
using Slipway.Control.Sources;
using Slipway.Control.Store;

namespace Slipway.Control.Drops;

/// <summary>Takes what is in a drop folder live, through the same deploy as everything else.</summary>
internal sealed class DropDeploys(IDbContextFactory<SlipwayStore> stores, SourceStore sources, Deployer deployer, DeployLogs logs, TimeProvider time)
{
    private const string Version = "saved files";
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(500);

    /// <summary>Deploys the folder if it holds something else than the last time; returns when that is live or has failed.</summary>
    /// <param name="accountId">Whose change it is; null: the app's owner's.</param>
    public async Task SettleAsync(DropFolder folder, long? accountId, CancellationToken cancel)
    {
        if (!DropTree.Files(folder.Files).Any())
        {
            FailureNote.Remove(folder); // all is gone: what serves goes on, and there is nothing to complain of
            return;
        }

        SourceTree source;
        try
        {
            source = await sources.ImportFolderAsync(folder.Files, DropTree.Files(folder.Files), folder.Remembered(), cancel);
        }
        catch (SlipwayException e)
        {
            FailureNote.Write(folder, e.Error, time.GetUtcNow());
            return;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            folder.Wake(); // changed under our hands: it was not quiet
            return;
        }

        // A file that was being written while it was read: what is whole comes with the next look.
        var state = DropState.Read(folder);
        if (folder.HasChanged || state.Settled == source.Digest) return;
        var deploy = await StartAsync(folder, source, accountId, cancel);
        var failure = await EndAsync(deploy.Uuid, cancel);
        if (failure?.Id == DeployErrors.Interrupted.Id) return; // slipwayd stops; the next one finds it unsettled
        if (failure is null) FailureNote.Remove(folder);
        else FailureNote.Write(folder, failure, time.GetUtcNow());
        new DropState(source.Digest, failure is null ? source.Digest : state.Serving).Write(folder);
    }

    /// <summary>Waits its turn when another deploy of the app runs.</summary>
    private async Task<DeployRow> StartAsync(DropFolder folder, SourceTree source, long? accountId, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var account = accountId ?? await store.Apps.Where(app => app.Id == folder.AppId).Select(app => app.OwnerId).SingleAsync(cancel);
        while (true)
        {
            try
            {
                return await deployer.StartSourceAsync(folder.AppId, source.Digest, Version, account, cancel);
            }
            catch (SlipwayException e) when (e.Error.Id == "deploy_in_progress")
            {
                await Task.Delay(Retry, time, cancel);
            }
        }
    }

    private async Task<SlipwayError?> EndAsync(Guid deploy, CancellationToken cancel)
    {
        SlipwayError? failure = null;
        await foreach (var happened in logs.FollowAsync(deploy, cancel))
            if (happened.Kind == DeployEventKind.Failed) failure = happened.Error ?? new SlipwayError("deploy_failed", happened.Text ?? "The deploy failed.");
        return failure;
    }
}
