using System.Collections.Concurrent;
using System.Diagnostics;
using System.Data.Common;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Deploys;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Telemetry;
using Slipway.Control.Addons;
using Slipway.Control.Diagnoses;
using Slipway.Control.Metrics;
using Slipway.Control.Releases;
using Slipway.Control.Remotes;
using Slipway.Control.Secrets;
using Slipway.Control.Store;

namespace Slipway.Control.Deploys;

/// <summary>
/// Starts deploys; each runs on in the background and is followed through <see cref="DeployLogs"/>. Every start throws
/// 409 <c>deploy_in_progress</c> while another deploy of the app runs: the store itself refuses a second one.
/// </summary>
internal sealed partial class Deployer(
    IDbContextFactory<SlipwayStore> stores, DeploySteps steps, DeployOutcome outcome, Examiner examiner, DeployLogs logs, ReleaseLedger ledger,
    AddonLedger addons, AttachmentLedger attachments, SecretBox secrets, DeployTally tally, TimeProvider time, ILogger<Deployer> logger)
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<long, Running> _running = new();
    private readonly CancellationTokenSource _stopping = new();

    private sealed record Running(CancellationTokenSource Cancel, Task Done);

    /// <summary>What a start writes besides the deploy itself, in the same transaction.</summary>
    private delegate Task<ReleaseRow?> Preparation(SlipwayStore store, AppRow app);

    /// <param name="version">For people: a commit, a folder's name.</param>
    public Task<DeployRow> StartSourceAsync(long appId, Digest source, string? version, long accountId, CancellationToken cancel) =>
        StartAsync(
            appId, DeployKind.Source, accountId, source, (_, _) => Task.FromResult<ReleaseRow?>(null),
            deploy => steps.SourceAsync(deploy, source, version), cancel, version);

    /// <summary>The same for a source that has to be fetched first; that is the deploy's first step.</summary>
    public Task<DeployRow> StartRemoteAsync(long appId, RemoteSource source, string? version, long accountId, CancellationToken cancel) =>
        StartAsync(
            appId, DeployKind.Source, accountId, null, (_, _) => Task.FromResult<ReleaseRow?>(null),
            deploy => steps.RemoteAsync(deploy, source, version), cancel, version, source.Shown);

    /// <summary>Changes config vars (null unsets one) and releases; without an image yet the release has nothing to roll out.</summary>
    public Task<DeployRow> StartConfigAsync(
        long appId, IReadOnlyDictionary<ConfigKey, string?> changes, long accountId, CancellationToken cancel) =>
        StartAsync(
            appId, DeployKind.Config, accountId, null,
            async (store, app) =>
            {
                var current = await store.Releases.SingleOrDefaultAsync(row => row.Id == app.CurrentReleaseId, cancel);
                var config = ConfigChange.Apply(secrets.OpenMap(app.ConfigVars), changes);
                // Against what serves: an add-on that came or went has changed the app's config vars already.
                var description = ConfigChange.Describe(secrets.OpenMap(current?.ConfigVars ?? app.ConfigVars), config);
                if (description is null) return null;
                app.ConfigVars = secrets.SealMap(config);
                return await AddReleaseAsync(store, app, current, config, description, accountId, cancel);
            },
            RolloutIfImage, cancel);

    public async Task<DeployRow> StartRollbackAsync(long appId, int version, long accountId, CancellationToken cancel) =>
        await StartAsync(
            appId, DeployKind.Rollback, accountId, null,
            async (store, app) =>
            {
                var target = await ledger.FindTargetAsync(app, version, cancel);
                var config = secrets.OpenMap(target.ConfigVars);
                // What add-ons inject belongs to the add-on as it is now, not to the past.
                config = await attachments.RenewAsync(store, app.Id, config, null, cancel);
                app.ConfigVars = secrets.SealMap(config);
                return await AddReleaseAsync(store, app, target, config, $"Rollback to v{version}", accountId, cancel);
            },
            RolloutIfImage, cancel);

    /// <summary>Makes an add-on and releases with its config var. One that was left half made is gone on with.</summary>
    public async Task<(DeployRow Deploy, AddonRow Addon)> StartAddonAsync(long appId, AddonRequest request, long accountId, CancellationToken cancel)
    {
        AddonRow? addon = null;
        var deploy = await StartAsync(
            appId, DeployKind.Addon, accountId, null,
            async (store, app) =>
            {
                addon = await addons.AddAsync(store, app, request, cancel);
                return null;
            },
            deploy => steps.AddonAsync(deploy, addon!), cancel);
        return (deploy, addon!);
    }

    /// <summary>Releases with the config var of an add-on that another app owns.</summary>
    public async Task<(DeployRow Deploy, AddonAttachmentRow Attachment)> StartAttachAsync(
        long appId, AddonRow addon, string? name, bool mayReplace, long accountId, CancellationToken cancel)
    {
        AddonAttachmentRow? attachment = null;
        var deploy = await StartAsync(
            appId, DeployKind.Addon, accountId, null,
            async (store, app) =>
            {
                attachment = await attachments.AddAsync(store, app, addon, name, mayReplace, cancel);
                await store.SaveChangesAsync(cancel);
                return await AddRenewedReleaseAsync(store, app, null, $"Attach {attachment.Name} ({addon.Name})", accountId, cancel);
            },
            RolloutIfImage, cancel);
        return (deploy, attachment!);
    }

    /// <summary>Releases with what the app's add-ons say now.</summary>
    public Task<DeployRow> StartRenewAsync(long appId, string description, long accountId, CancellationToken cancel) =>
        StartAsync(appId, DeployKind.Addon, accountId, null, (store, app) => AddRenewedReleaseAsync(store, app, null, description, accountId, cancel), RolloutIfImage, cancel);

    /// <summary>Releases without an add-on, and when that serves, takes it away: what no release that runs needs.</summary>
    /// <param name="leaving">The attachments that go.</param>
    /// <param name="then">What is done when nothing uses them any more.</param>
    public Task<DeployRow> StartDetachAsync(
        long appId, Func<AddonAttachmentRow, bool> leaving, string description, Func<DeployContext, Task> then, long accountId, CancellationToken cancel) =>
        StartAsync(
            appId, DeployKind.Addon, accountId, null,
            (store, app) => AddRenewedReleaseAsync(store, app, leaving, description, accountId, cancel),
            async deploy =>
            {
                await RolloutIfImage(deploy);
                await then(deploy);
            },
            cancel);

    /// <summary>A deploy whose steps somebody else knows: setting an app up, a promotion.</summary>
    public Task<DeployRow> StartAsync(long appId, DeployKind kind, Func<DeployContext, Task> work, long accountId, CancellationToken cancel) =>
        StartAsync(appId, kind, accountId, null, (_, _) => Task.FromResult<ReleaseRow?>(null), work, cancel);

    /// <summary>Returns when the app's running deploy, if any, has ended and that is written down.</summary>
    public Task EndAsync(long appId, CancellationToken cancel) =>
        _running.TryGetValue(appId, out var running) ? running.Done.WaitAsync(cancel) : Task.CompletedTask;

    /// <summary>Ends the app's running deploy, if any, and returns when nothing of it runs.</summary>
    public async Task CancelAsync(long appId, CancellationToken cancel)
    {
        if (!_running.TryGetValue(appId, out var running)) return;
        await running.Cancel.CancelAsync();
        await running.Done.WaitAsync(cancel);
    }

    /// <summary>slipwayd is stopping: what runs is interrupted and says so in its log.</summary>
    public async Task StopAsync(CancellationToken cancel)
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_running.Values.Select(running => running.Done)).WaitAsync(cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private Task RolloutIfImage(DeployContext deploy) => deploy.Release?.ImageId is null ? Task.CompletedTask : steps.ReleaseAsync(deploy);

    private async Task<ReleaseRow?> AddRenewedReleaseAsync(
        SlipwayStore store, AppRow app, Func<AddonAttachmentRow, bool>? without, string description, long accountId, CancellationToken cancel)
    {
        var config = await attachments.RenewAsync(store, app.Id, secrets.OpenMap(app.ConfigVars), without, cancel);
        app.ConfigVars = secrets.SealMap(config);
        var current = await store.Releases.SingleOrDefaultAsync(row => row.Id == app.CurrentReleaseId, cancel);
        return await AddReleaseAsync(store, app, current, config, description, accountId, cancel);
    }

    private async Task<ReleaseRow> AddReleaseAsync(
        SlipwayStore store, AppRow app, ReleaseRow? like, IReadOnlyDictionary<string, string> config, string description, long accountId, CancellationToken cancel)
    {
        var types = like is null
            ? new Dictionary<string, string>()
            : JsonSerializer.Deserialize(like.ProcessTypes, ContractsJson.Default.IReadOnlyDictionaryStringString)!;
        return await ledger.AddAsync(store, new NewRelease(app.Id, like?.ImageId, description, accountId, config, types), cancel);
    }

    private async Task<DeployRow> StartAsync(
        long appId, DeployKind kind, long accountId, Digest? source, Preparation prepare, Func<DeployContext, Task> work, CancellationToken cancel,
        string? version = null, string? url = null)
    {
        var (app, deploy, release) = await stores.ChangeAsync(store => ClaimAsync(store, New(), prepare, cancel), cancel);
        var stop = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        var log = logs.Open(deploy.Uuid);
        var begin = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var done = RunAsync(new DeployContext(app, deploy, log, stop.Token) { Release = release }, work, begin.Task);
        _running[appId] = new Running(stop, done);
        begin.SetResult(); // only now: it takes itself off the list when it ends
        return deploy;

        DeployRow New() => new()
        {
            Uuid = Guid.CreateVersion7(),
            AppId = appId,
            Kind = kind,
            Status = DeployStatus.Running,
            AccountId = accountId,
            SourceDigest = source?.Value,
            SourceVersion = version,
            SourceUrl = url,
            CreatedAt = time.GetUtcNow(),
        };
    }

    private async Task<(AppRow, DeployRow, ReleaseRow?)> ClaimAsync(
        SlipwayStore store, DeployRow deploy, Preparation prepare, CancellationToken cancel)
    {
        var appId = deploy.AppId;
        await using var transaction = await store.Database.BeginTransactionAsync(cancel);
        var app = await store.Apps.SingleAsync(row => row.Id == appId, cancel);
        if (app.DestroyedAt is not null) throw DeployErrors.Destroyed(app);
        store.Deploys.Add(deploy);
        try
        {
            await store.SaveChangesAsync(cancel);
        }
        catch (DbUpdateException e) when (e.IsDuplicate())
        {
            await transaction.RollbackAsync(cancel);
            var running = await store.Deploys.AsNoTracking().Include(row => row.Account)
                .FirstOrDefaultAsync(row => row.AppId == appId && row.Status == DeployStatus.Running, cancel);
            throw running is null ? new DbUpdateConcurrencyException("The other deploy ended meanwhile.", e) : DeployErrors.InProgress(app, running);
        }

        var release = await prepare(store, app);
        await store.SaveChangesAsync(cancel);
        deploy.ReleaseId = release?.Id;
        await store.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        await store.Entry(deploy).Reference(row => row.Account).LoadAsync(cancel);
        return (app, deploy, release);
    }

    private async Task RunAsync(DeployContext deploy, Func<DeployContext, Task> work, Task begin)
    {
        await begin;
        var started = time.GetTimestamp();
        var succeeded = false;
        tally.Begin();
        Activity.Current = null; // a trace of its own, not a part of the request that asked for it
        using var span = Tracing.Source.StartActivity("deploy");
        Describe(span, deploy);
        try
        {
            var error = await SettleAsync(deploy, await TryAsync(deploy, work));
            succeeded = error is null;
            span?.SetTag("slipway.release", deploy.Release?.Version);
            span?.SetTag("slipway.deploy.result", succeeded ? DeployTally.Succeeded : DeployTally.Failed);
            if (error is not null) span?.Fail(error.Id, error.Message);
        }
        finally
        {
            tally.End(succeeded, time.GetElapsedTime(started));
            if (_running.TryRemove(deploy.App.Id, out var running)) running.Cancel.Dispose();
            deploy.Log.Dispose();
            logs.Close(deploy.Deploy.Uuid);
        }
    }

    private static void Describe(Activity? span, DeployContext deploy)
    {
        if (span is null) return;
        span.SetTag("slipway.app", deploy.App.Name);
        span.SetTag("slipway.deploy.id", deploy.Deploy.Uuid.ToString());
        span.SetTag("slipway.deploy.kind", deploy.Deploy.Kind.ToString().ToLowerInvariant());
        span.SetTag("slipway.source", deploy.Deploy.SourceVersion ?? deploy.Deploy.SourceDigest);
    }

    /// <summary>A full disk must not leave a deploy 'in progress' for ever; what a stop of slipwayd leaves, its next start settles.</summary>
    /// <returns>Why it failed; null when it did not.</returns>
    private async Task<SlipwayError?> SettleAsync(DeployContext deploy, DeployFailure? failure)
    {
        while (true)
        {
            try
            {
                return await outcome.WriteAsync(deploy, failure);
            }
            catch (Exception e) when (e is DbException or DbUpdateException or IOException)
            {
                LogUnsettled(e, deploy.App.Name, deploy.Deploy.Uuid);
                await Task.Delay(Retry, time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (_stopping.IsCancellationRequested) return DeployErrors.Interrupted;
            }
        }
    }

    private async Task<DeployFailure?> TryAsync(DeployContext deploy, Func<DeployContext, Task> work)
    {
        try
        {
            await work(deploy);
            return null;
        }
        catch (SlipwayException e)
        {
            return await ExamineAsync(deploy, e);
        }
        catch (OperationCanceledException) when (deploy.Cancel.IsCancellationRequested)
        {
            return new DeployFailure(_stopping.IsCancellationRequested ? DeployErrors.Interrupted : DeployErrors.Cancelled);
        }
        catch (IOException e) when (Sources.SourceErrors.IsDiskFull(e))
        {
            return await ExamineAsync(deploy, Sources.SourceErrors.DiskFull(e));
        }
        catch (Exception e)
        {
            LogDefect(e, deploy.App.Name, deploy.Deploy.Uuid);
            return new DeployFailure(DeployErrors.Defect(e));
        }
    }

    /// <summary>Finds the cause while what failed is still there to be looked at.</summary>
    private async Task<DeployFailure> ExamineAsync(DeployContext deploy, SlipwayException failure) =>
        new(failure.Error) { Diagnosed = await examiner.OfFailureAsync(deploy, failure) };

    [LoggerMessage(LogLevel.Error, "Deploy {Deploy} of {App} met a defect")]
    private partial void LogDefect(Exception e, string app, Guid deploy);

    [LoggerMessage(LogLevel.Error, "The outcome of deploy {Deploy} of {App} could not be written; trying again")]
    private partial void LogUnsettled(Exception e, string app, Guid deploy);
}
