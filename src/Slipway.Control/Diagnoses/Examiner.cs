using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Diagnoses;
using Slipway.Contracts.Errors;
using Slipway.Control.Deploys;
using Slipway.Control.Store;

namespace Slipway.Control.Diagnoses;

/// <summary>Gathers facts and asks the rules. That it fails itself must never hide the failure that it looks at.</summary>
internal sealed partial class Examiner(Gatherer gatherer, IDbContextFactory<SlipwayStore> stores, TimeProvider time, ILogger<Examiner> logger)
{
    /// <summary>Longest time that a failed deploy waits for its diagnosis.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <returns>Null when none could be made.</returns>
    public async Task<Diagnosed?> OfFailureAsync(DeployContext deploy, SlipwayException failure)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        try
        {
            var facts = await gatherer.OfFailureAsync(deploy, failure, limit.Token);
            return Diagnostician.Diagnose(facts) is { } diagnosis ? new Diagnosed(diagnosis, facts) : null;
        }
        catch (Exception e)
        {
            LogDefect(e, deploy.App.Name);
            return null;
        }
    }

    /// <summary>Looks at an app as it runs, and keeps what was found.</summary>
    public async Task<Examination> OfRunningAsync(AppRow app, CancellationToken cancel)
    {
        var all = await gatherer.OfRunningAsync(app, cancel);
        IReadOnlyList<string> looked = [.. all.Select(Looked), $"router log: {all[0].Router.Count} answers of 400 and above among the last requests"];
        // Of several process types the one that is surest: what fails in one is often caused in another.
        var found = all.Select(facts => Diagnostician.Diagnose(facts) is { } diagnosis ? new Diagnosed(diagnosis, facts) : null).OfType<Diagnosed>().MaxBy(one => one.Diagnosis.Confidence);
        if (found is null) return new Examination(null, looked);
        var row = await stores.ChangeAsync(async store =>
        {
            var release = await store.Releases.Where(one => one.Id == app.CurrentReleaseId).Select(one => (int?)one.Version).SingleOrDefaultAsync(cancel);
            var added = await DiagnosisLedger.AddAsync(store, app.Id, null, release, found, time.GetUtcNow(), cancel);
            await store.SaveChangesAsync(cancel);
            return added;
        }, cancel);
        return new Examination(DiagnosisLedger.View(row), looked);
    }

    private static string Looked(Facts facts) => facts.Instance is not { } instance
        ? "no instance runs"
        : $"{instance.Name}: {(instance.Exit is null ? "runs" : "ended")}, {instance.Listening.Count} listening sockets, oom_kill {instance.OomKills}, the last {facts.Log.Count} lines of its log";

    [LoggerMessage(LogLevel.Error, "The failed deploy of {App} could not be diagnosed")]
    private partial void LogDefect(Exception e, string app);
}
