using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Deploys;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Server;
using Slipway.Control.Api;
using Slipway.Control.Addons;
using Slipway.Control.Alerts;
using Slipway.Control.Diagnoses;
using Slipway.Control.Events;
using Slipway.Control.Secrets;
using Slipway.Control.Store;

namespace Slipway.Control.Deploys;

/// <summary>Why a deploy ended before its release served.</summary>
internal sealed record DeployFailure(SlipwayError Error)
{
    /// <summary>Null when nothing failed that has a cause: somebody cancelled it.</summary>
    public Diagnosed? Diagnosed { get; init; }
}

/// <summary>
/// Writes how a deploy ended. What counts is whether its release was promoted: that is one committed transaction, and
/// nothing that goes wrong after it makes the deploy a failed one.
/// </summary>
internal sealed class DeployOutcome(IDbContextFactory<SlipwayStore> stores, AttachmentLedger attachments, SecretBox secrets, EventLog events, AlertBook alerts, ServerConfig server, TimeProvider time)
{
    /// <param name="failure">Null when all steps went well.</param>
    /// <returns>Why it failed; null when it did not.</returns>
    public Task<SlipwayError?> WriteAsync(DeployContext deploy, DeployFailure? failure) => WriteAsync(deploy.Deploy.Id, deploy.Log, failure);

    /// <summary>A deploy that slipwayd finds running when it starts: nobody works on it any more.</summary>
    public Task SettleAsync(DeployRow deploy, DeployLog log) => WriteAsync(deploy.Id, log, new DeployFailure(DeployErrors.Interrupted));

    private async Task<SlipwayError?> WriteAsync(long deployId, DeployLog log, DeployFailure? failure)
    {
        var (app, release, serving, error) = await stores.ChangeAsync(store => CommitAsync(store, deployId, log.Step, failure), CancellationToken.None);
        try
        {
            // The log's last event follows the store: who reads 'succeeded' finds it so.
            if (error is null) await log.SucceededAsync(release is null ? "Nothing changed." : release.Description, release?.Version, Url(app, release));
            else await log.FailedAsync(error, serving);
        }
        catch (IOException e) when (Sources.SourceErrors.IsDiskFull(e))
        {
            // The store has it; whoever follows the log sees it end and asks the deploy itself.
        }

        return error;
    }

    private async Task<(AppRow App, ReleaseRow? Release, int? Serving, SlipwayError? Error)> CommitAsync(
        SlipwayStore store, long deployId, string? step, DeployFailure? failure)
    {
        var deploy = await store.Deploys.Include(row => row.Account).SingleAsync(row => row.Id == deployId);
        var app = await store.Apps.SingleAsync(row => row.Id == deploy.AppId);
        var release = await store.Releases.SingleOrDefaultAsync(row => row.Id == deploy.ReleaseId);
        var current = await store.Releases.SingleOrDefaultAsync(row => row.Id == app.CurrentReleaseId);
        var (now, actor) = (time.GetUtcNow(), deploy.Account!.Email);

        var promoted = release is not null && release.Id == app.CurrentReleaseId;
        var error = failure is null || promoted ? null : DeployErrors.InContext(failure.Error, step, current?.Version) with { Diagnosis = failure.Diagnosed?.Diagnosis };
        deploy.Status = error is null ? DeployStatus.Succeeded : DeployStatus.Failed;
        deploy.Error = error is null ? null : JsonSerializer.Serialize(error, ContractsJson.Default.SlipwayError);
        deploy.FinishedAt = now;
        if (error is not null && failure!.Diagnosed is { } diagnosed)
        {
            await DiagnosisLedger.AddAsync(store, app.Id, deploy.Id, release?.Version, diagnosed, now);
            await alerts.AddAsync(store, new Alarm(AlertKind.FailedDeploy, app.Id, diagnosed.Diagnosis.Code, diagnosed.Diagnosis), CancellationToken.None);
        }

        if (release is not null)
        {
            release.Status = error is null ? ReleaseStatus.Succeeded : ReleaseStatus.Failed;
            release.UpdatedAt = now;
            if (app.CandidateReleaseId == release.Id) (app.CandidateReleaseId, app.CandidatePhase) = (null, null);
            // A change of config that did not go live is not kept: what the next release begins from is what serves.
            // Add-ons are as they are now, whatever that release knew of them.
            if (error is not null && deploy.Kind is DeployKind.Config or DeployKind.Rollback or DeployKind.Addon && current is not null)
                app.ConfigVars = secrets.SealMap(await attachments.RenewAsync(store, app.Id, secrets.OpenMap(current.ConfigVars), null, CancellationToken.None));
        }

        events.Add(
            store, actor, $"app.{deploy.Kind.ToString().ToLowerInvariant()}", EventTarget.Of(app),
            after: release is null ? null : $"v{release.Version} {release.Description}", result: error is null ? EventLog.Ok : error.Id);
        await store.SaveChangesAsync();
        return (app, release, current?.Version, error);
    }

    private string? Url(AppRow app, ReleaseRow? release) =>
        release?.ImageId is null ? null : server.WebUrl(app.Name, app.HttpsOnly).OriginalString;
}
