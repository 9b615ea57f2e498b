using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Contracts.Server;
using Slipway.Control.Access;
using Slipway.Control.Addons;
using Slipway.Control.Builds;
using Slipway.Control.Deploys;
using Slipway.Control.Drains;
using Slipway.Control.Drops;
using Slipway.Control.Events;
using Slipway.Control.Git;
using Slipway.Control.Instances;
using Slipway.Control.Reconcile;
using Slipway.Control.Images;
using Slipway.Control.Mail;
using Slipway.Control.Store;

namespace Slipway.Control.Apps;

/// <summary>
/// Takes an app away, with all that it owns. Marking it destroyed is the point of no return; every step after that may be
/// done twice, and the rows go last, so a slipwayd killed on the way starts over and finds what is left to do.
/// </summary>
internal sealed partial class AppDestruction(
    IDbContextFactory<SlipwayStore> stores, Deployer deployer, AppInstances instances, Reconciler reconciler,
    AddonProvisioning addons, RunnerClient runner, DeployLogs deployLogs, GitRepositories repositories, DropFolders drops, MailFiles mail, Collector collector, Shipper drains, EventLog events, TimeProvider time,
    ILogger<AppDestruction> logger) : BackgroundService
{
    /// <summary>How long a caller waits for the end before being told that it goes on.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly Channel<long> _marked = Channel.CreateUnbounded<long>();
    private readonly ConcurrentDictionary<long, TaskCompletionSource> _waiting = new();

    /// <returns>False when it is not over yet; it goes on, and the app is gone for everybody either way.</returns>
    /// <exception cref="SlipwayException">409 <c>addon_attached</c>: other apps use what it owns.</exception>
    public Task<bool> DestroyAsync(long appId, Actor actor, CancellationToken cancel) => DestroyAsync(appId, actor.Email, cancel);

    /// <param name="actor">Whose doing it is: an email address, or <c>slipway</c>.</param>
    public async Task<bool> DestroyAsync(long appId, string actor, CancellationToken cancel)
    {
        await stores.ChangeAsync(async store =>
        {
            var app = await store.Apps.SingleAsync(row => row.Id == appId, cancel);
            if (app.DestroyedAt is not null) return false;
            await CheckNotSharedAsync(store, app, cancel);
            app.DestroyedAt = time.GetUtcNow();
            events.Add(store, actor, "app.destroy", EventTarget.Of(app));
            await store.SaveChangesAsync(cancel);
            return true;
        }, cancel);
        var done = _waiting.GetOrAdd(appId, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        _marked.Writer.TryWrite(appId);
        try
        {
            await done.Task.WaitAsync(Patience, time, cancel);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <exception cref="SlipwayException">409 <c>addon_attached</c>.</exception>
    internal static async Task CheckNotSharedAsync(SlipwayStore store, AppRow app, CancellationToken cancel)
    {
        var shared = await store.AddonAttachments.Where(one => one.AppId != app.Id)
            .Join(store.Addons.Where(addon => addon.AppId == app.Id), one => one.AddonId, addon => addon.Id, (one, addon) => new { one.AppId, Addon = addon.Name })
            .Join(store.Apps, one => one.AppId, other => other.Id, (one, other) => new { one.Addon, App = other.Name })
            .FirstOrDefaultAsync(cancel);
        if (shared is null) return;
        throw new SlipwayException(409, new SlipwayError("addon_attached", $"{shared.Addon} of {app.Name} is attached to {shared.App} as well.")
        {
            Why = "Its data would be gone for that app too.",
            Next = $"slipway addons detach {shared.Addon} -a {shared.App}",
        });
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var appId in UnfinishedAsync(stoppingToken))
        {
            try
            {
                await FinishAsync(appId, stoppingToken);
                if (_waiting.TryRemove(appId, out var done)) done.TrySetResult();
            }
            catch (Exception e) when (e is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                // The runner or the database server is away, or a file is held: nothing is lost by trying again.
                LogUnfinished(e, appId);
                _ = RetryAsync(appId, stoppingToken);
            }
        }
    }

    private async IAsyncEnumerable<long> UnfinishedAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        List<long> left;
        await using (var store = await stores.CreateDbContextAsync(cancel))
            left = await store.Apps.Where(app => app.DestroyedAt != null).Select(app => app.Id).ToListAsync(cancel);
        foreach (var appId in left) yield return appId;
        await foreach (var appId in _marked.Reader.ReadAllAsync(cancel)) yield return appId;
    }

    private async Task RetryAsync(long appId, CancellationToken cancel)
    {
        await Task.Delay(Pause, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _marked.Writer.TryWrite(appId);
    }

    private async Task FinishAsync(long appId, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var app = await store.Apps.SingleOrDefaultAsync(row => row.Id == appId, cancel);
        if (app is null) return;
        await deployer.CancelAsync(appId, cancel);
        reconciler.Wake();
        await instances.DestroyAsync(app, cancel);
        foreach (var addon in await store.Addons.AsNoTracking().Where(row => row.AppId == appId).ToListAsync(cancel))
            await addons.DeprovisionAsync(addon.Id, cancel);
        foreach (var volume in await store.Volumes.AsNoTracking().Where(row => row.AppId == appId).ToListAsync(cancel))
            await RemoveVolumeAsync(app, VolumeName.Parse(volume.Name), cancel);
        await RemoveVolumeAsync(app, BuildRequests.Cache, cancel);
        await RemoveVolumeAsync(app, BuildRequests.ImageCache, cancel);
        await drops.ForgetAsync(app);
        await deployLogs.ForgetAsync(app, cancel);
        repositories.Forget(app);
        mail.RemoveAll(app.Uuid);
        await drains.ForgetAsync(appId, cancel);
        await runner.SendAsync(RunnerVerb.RemoveLogs, new AppRequest(AppName.Parse(app.Handle)), ContractsJson.Default.AppRequest, cancel);

        // Its rows go by the tables' own cascades.
        await store.Apps.Where(row => row.Id == appId).ExecuteDeleteAsync(cancel);
        await collector.CollectAsync(cancel);
    }

    private Task RemoveVolumeAsync(AppRow app, VolumeName volume, CancellationToken cancel) =>
        runner.SendAsync(
            RunnerVerb.RemoveVolume, new VolumeRequest(AppName.Parse(app.Handle), volume, app.Uid, SizeBytes: 0),
            ContractsJson.Default.VolumeRequest, cancel);

    [LoggerMessage(LogLevel.Warning, "Destroying app {AppId} is not finished; trying again")]
    private partial void LogUnfinished(Exception e, long appId);
}
