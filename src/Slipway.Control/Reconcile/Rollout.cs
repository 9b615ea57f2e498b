using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Routing;
using Slipway.Contracts.Runner;
using Slipway.Control.Deploys;
using Slipway.Control.Images;
using Slipway.Control.Releases;
using Slipway.Control.Routing;
using Slipway.Control.Store;
using Route = Slipway.Contracts.Routing.Route;

namespace Slipway.Control.Reconcile;

/// <summary>
/// Takes a release live: start, probe, route, verify, promote, drain. It only writes what is wanted into the app's row and
/// watches the reconciler make it so. Until the promotion is committed, whatever happens leads back to the old release.
/// </summary>
internal sealed class Rollout(
    IDbContextFactory<SlipwayStore> stores, DesiredReader reader, Reconciler reconciler, Memory memory, PublicUrl publicUrl, TimeProvider time)
{
    /// <summary>How long the processes of an app without web must stay up before they count as started.</summary>
    public TimeSpan AliveFor { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long the last step waits for old instances; they drain on after it.</summary>
    private static readonly TimeSpan DrainShown = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest time for a step when nothing fails and nothing gets done: the runner or the edge is away.</summary>
    private static readonly TimeSpan StallLimit = TimeSpan.FromMinutes(3);

    /// <exception cref="SlipwayException">A step failed; the old release serves as before.</exception>
    public async Task RunAsync(long appId, long releaseId, DeployLog log, CancellationToken cancel)
    {
        var target = await BeginAsync(appId, releaseId, cancel);
        try
        {
            if (target.Release.Site is not null)
                await log.StepSkippedAsync("start", "files alone: the edge serves them, and no instance is needed");
            else
                await log.StepAsync("start", $"Start v{target.Version}", () => StartAsync(target, cancel));
            if (target.HasWeb) await log.StepAsync("probe", $"Ask each web instance for {target.Release.Health.Path}", () => ProbeAsync(target, cancel));
            if (target.HasWeb || target.Release.Site is not null)
            {
                await log.StepAsync("route", $"Route requests to v{target.Version}", () => RouteAsync(target, cancel));
                if (target.Maintenance) await log.StepSkippedAsync("verify", "the app is in maintenance mode");
                else await log.StepAsync("verify", "Ask the public URL", () => publicUrl.VerifyAsync(target.Host, target.Version, target.Release.Health, cancel));
            }

            await PromoteAsync(target, cancel);
        }
        catch (Exception e)
        {
            await AbandonAsync(target);
            if (e is SlipwayException failure) throw WithStep(failure, log.Step);
            throw;
        }

        if (target.Previous is not null)
            await log.StepAsync("drain", $"Let v{target.Previous} finish its requests", () => DrainAsync(target));
    }

    private sealed record Target(long AppId, long ReleaseId, AppName App, int Version, int? Previous, DomainName Host, bool Maintenance, DesiredRelease Release)
    {
        public bool HasWeb => Release.Web is { Instances.Count: > 0 };

        /// <summary>Slots that must be well for the release to be taken live.</summary>
        public IReadOnlyList<InstanceSpec> Tried => Release.Web is { } web ? web.Instances : [.. Release.Processes.SelectMany(process => process.Instances)];
    }

    private async Task<Target> BeginAsync(long appId, long releaseId, CancellationToken cancel)
    {
        var (app, version) = await stores.ChangeAsync(async store =>
        {
            var row = await store.Apps.SingleAsync(app => app.Id == appId, cancel);
            if (row.DestroyedAt is not null) throw Gone(row.Name);
            if (row.CandidateReleaseId is not null) throw Busy(row.Name);
            var release = await store.Releases.SingleAsync(release => release.Id == releaseId && release.AppId == appId, cancel);
            if (release.ImageId is null) throw new InvalidOperationException($"v{release.Version} of {row.Name} has no image to roll out.");
            (row.CandidateReleaseId, row.CandidatePhase) = (releaseId, CandidatePhase.Starting);
            memory.Forgive(AppName.Parse(row.Handle), release.Version);
            await store.SaveChangesAsync(cancel);
            return (AppName.Parse(row.Handle), release.Version);
        }, cancel);

        var desired = await reader.ReadAppAsync(appId, cancel);
        return new Target(appId, releaseId, app, version, desired.Current?.Version, desired.Hosts[0], desired.Maintenance, desired.Candidate!);
    }

    private async Task<string?> StartAsync(Target target, CancellationToken cancel)
    {
        if (target.Tried.Count == 0) return "no instances: every process type is scaled to 0";
        await WatchAsync(target, EachInstance(target, IsRunning), cancel);
        if (target.Release.Web is null)
        {
            using var alive = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            alive.CancelAfter(AliveFor);
            try
            {
                await WatchAsync(target, _ => false, alive.Token);
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                // It stayed up for the whole time.
            }
        }

        return string.Join(", ", target.Tried.Select(spec => spec.Name));
    }

    private async Task<string?> ProbeAsync(Target target, CancellationToken cancel)
    {
        await WatchAsync(target, EachInstance(target, IsHealthy), cancel);
        return target.Tried.Count == 1 ? "healthy" : $"{target.Tried.Count} healthy";
    }

    private async Task<string?> RouteAsync(Target target, CancellationToken cancel)
    {
        await SetPhaseAsync(target, cancel);
        var pass = await WatchAsync(target, pass => RouteOf(pass, target)?.Release == target.Version, cancel);
        return $"routing revision {pass.Actual.Served!.Number}";
    }

    private async Task<string?> DrainAsync(Target target)
    {
        using var limit = new CancellationTokenSource(DrainShown);
        try
        {
            await reconciler.UntilAsync(pass => Old(pass, target).All(old => pass.Plan.Actions.Any(action => action is StopInstance stop && stop.Id == old.Id)), limit.Token);
            return "done";
        }
        catch (OperationCanceledException)
        {
            var left = reconciler.Last is { } last ? Old(last, target).Sum(old => last.Actual.InFlight.GetValueOrDefault(old.Id)) : 0;
            return $"goes on beside: {left} requests have up to {Planner.DrainLimit.TotalSeconds:0} s";
        }
    }

    private static IEnumerable<InstanceStatus> Old(Pass pass, Target target) =>
        pass.Actual.Instances.Where(i => i.App == target.App && i.Kind == InstanceKind.Process && i.State != InstanceState.Exited && i.Release != target.Version);

    private static Route? RouteOf(Pass pass, Target target) => pass.Actual.Served?.Routes.FirstOrDefault(route => route.App == target.App);

    private static Func<Pass, bool> EachInstance(Target target, Func<Pass, InstanceSpec, bool> isWell) =>
        pass => target.Tried.All(spec => isWell(pass, spec));

    /// <summary>Waits until all is as it should be; a tried slot that fails ends the wait with why.</summary>
    private async Task<Pass> WatchAsync(Target target, Func<Pass, bool> isWell, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(StallLimit + TimeSpan.FromSeconds(target.Release.Health.TimeoutSeconds ?? 0));
        try
        {
            return await reconciler.UntilAsync(pass =>
            {
                if (pass.Desired.App(target.App) is { Destroyed: true }) throw Gone(target.App.Value);
                foreach (var spec in target.Tried)
                    if (pass.Actual.Crashes.TryGetValue(Slot.Of(spec), out var crash)) throw CrashWords.Of(crash, spec);
                return isWell(pass);
            }, limit.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw Stalled(reconciler.Trouble);
        }
    }

    private static bool IsRunning(Pass pass, InstanceSpec spec) =>
        Slots.Alive(pass.Actual, Slot.Of(spec)).Any(instance => instance.State == InstanceState.Running);

    private static bool IsHealthy(Pass pass, InstanceSpec spec) =>
        Slots.Alive(pass.Actual, Slot.Of(spec)).Any(instance => pass.Actual.Healthy.ContainsKey(instance.Id));

    private Task<int> SetPhaseAsync(Target target, CancellationToken cancel) => stores.ChangeAsync(async store =>
    {
        var row = await CandidateAsync(store, target, cancel);
        row.CandidatePhase = CandidatePhase.Swapping;
        return await store.SaveChangesAsync(cancel);
    }, cancel);

    private async Task PromoteAsync(Target target, CancellationToken cancel)
    {
        await stores.ChangeAsync(async store =>
        {
            var row = await CandidateAsync(store, target, cancel);
            var release = await store.Releases.SingleAsync(release => release.Id == target.ReleaseId, cancel);
            var previous = await store.Releases.Where(one => one.Id == row.CurrentReleaseId).Select(one => one.ImageId).SingleOrDefaultAsync(cancel);
            (row.CurrentReleaseId, row.CandidateReleaseId, row.CandidatePhase) = (target.ReleaseId, null, null);
            row.UpdatedAt = release.UpdatedAt = time.GetUtcNow();
            release.Status = ReleaseStatus.Succeeded;
            await ScaleAsync(store, row.Id, previous, release.ImageId, cancel);
            return await store.SaveChangesAsync(cancel);
        }, cancel);
        reconciler.Wake();
    }

    /// <summary>The formation becomes what the release was tried with.</summary>
    private static async Task ScaleAsync(SlipwayStore store, long appId, long? previousImage, long? image, CancellationToken cancel)
    {
        var (before, now) = (await ScaleOfAsync(previousImage), await ScaleOfAsync(image));
        foreach (var row in await store.Formations.Where(row => row.AppId == appId).ToListAsync(cancel))
            (row.Quantity, row.Size) = WantedScale.Of(row.ProcessType, row, before.GetValueOrDefault(row.ProcessType), now.GetValueOrDefault(row.ProcessType));

        async Task<IReadOnlyDictionary<string, WantedScale>> ScaleOfAsync(long? id) =>
            await store.Images.Where(row => row.Id == id).Select(row => row.Facts).SingleOrDefaultAsync(cancel) is { } facts ? ImageFacts.Parse(facts).Scale : new Dictionary<string, WantedScale>();
    }

    private static async Task<AppRow> CandidateAsync(SlipwayStore store, Target target, CancellationToken cancel)
    {
        var row = await store.Apps.SingleOrDefaultAsync(app => app.Id == target.AppId, cancel);
        return row is { DestroyedAt: null } && row.CandidateReleaseId == target.ReleaseId ? row : throw Gone(target.App.Value);
    }

    /// <summary>Back to the old release. A store that cannot be written now (a full disk) is tried again for a while; a restart clears it in any case.</summary>
    private async Task AbandonAsync(Target target)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await stores.ChangeAsync(async store =>
                {
                    var row = await store.Apps.SingleOrDefaultAsync(app => app.Id == target.AppId);
                    if (row?.CandidateReleaseId == target.ReleaseId) (row.CandidateReleaseId, row.CandidatePhase) = (null, null);
                    return await store.SaveChangesAsync();
                }, CancellationToken.None);
                reconciler.Wake();
                return;
            }
            catch (Exception e) when (attempt < 10 && e is DbUpdateException or System.Data.Common.DbException)
            {
                await Task.Delay(TimeSpan.FromSeconds(attempt), time);
            }
        }
    }

    private static SlipwayException WithStep(SlipwayException failure, string? step) =>
        new(failure.Status, failure.Error with { Step = step ?? failure.Error.Step }, failure);

    private static SlipwayException Gone(string app) =>
        new(404, new SlipwayError("app_destroyed", $"{app} was destroyed while the release was rolled out."));

    private static SlipwayException Stalled(string? trouble) =>
        new(503, new SlipwayError("rollout_stalled", $"Nothing moved for {StallLimit.TotalMinutes:0} minutes.")
        {
            Why = trouble ?? "slipwayd waited for the runner and the edge.",
            Next = "slipway status",
        });

    private static SlipwayException Busy(string app) =>
        new(409, new SlipwayError("deploy_in_progress", $"Another release of {app} is being rolled out.")
        {
            Next = $"Follow it with: slipway deploys --app {app}",
        });
}
