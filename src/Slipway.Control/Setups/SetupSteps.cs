using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Control.Addons;
using Slipway.Control.AppFiles;
using Slipway.Control.Builds;
using Slipway.Control.Deploys;
using Slipway.Control.Releases;
using Slipway.Control.Remotes;
using Slipway.Control.Secrets;
using Slipway.Control.Sources;
using Slipway.Control.Store;

namespace Slipway.Control.Setups;

/// <summary>
/// The steps of making an app, before, around and after those of its first deploy. Each looks at what is there already, so
/// that after a crash all of it is begun again and only what is left to do is done.
/// </summary>
internal sealed class SetupSteps(
    IDbContextFactory<SlipwayStore> stores, SetupLedger ledger, Templates templates, SourceFetcher fetcher, DeploySteps deploys, AddonLedger addons,
    AddonProvisioning provisioning, AttachmentLedger attachments, ReleasePhase phase, SecretBox secrets, TimeProvider time)
{
    public const string FetchStep = "fetch", ManifestStep = "manifest", PostDeployStep = "postdeploy";

    private const string ConfigStep = "config", AddonStep = "addon";

    public async Task RunAsync(DeployContext deploy, long setupId)
    {
        var setup = await ReadAsync(setupId, deploy.Cancel);
        var digest = await ObtainAsync(deploy, setup);
        var plan = await PlanAsync(deploy, setup, digest);
        if (deploy.App.CurrentReleaseId is { } live) deploy.Release = await ReleaseAsync(live, deploy.Cancel); // all but the last step was done before
        else await MakeAsync(deploy, setup, digest, plan);
        if (plan.PostDeploy is { } command) await PostDeployAsync(deploy, setup, command);
    }

    private async Task MakeAsync(DeployContext deploy, SetupRow setup, Digest digest, SetupPlan plan)
    {
        await deploy.Log.StepAsync(ConfigStep, "Setting config vars and scale", () => ConfigureAsync(deploy, plan));
        foreach (var group in plan.Addons.GroupBy(request => (request.Kind.Service, request.Plan)))
            foreach (var (number, request) in group.Index())
                await deploy.Log.StepAsync(AddonStep, $"Making an add-on: {request.Kind.Service}:{request.Plan}", () => MakeAddonAsync(deploy, request, number));
        await deploys.SourceAsync(deploy, digest, setup.Version ?? (await ReadAsync(setup.Id, deploy.Cancel)).Version);
    }

    private async Task<Digest> ObtainAsync(DeployContext deploy, SetupRow setup)
    {
        if (setup.SourceDigest is { } known && (setup.Source is null || templates.Has(Digest.Parse(known)))) return await PointAsync(deploy, Digest.Parse(known));
        var remote = TemplateAddress.Parse(secrets.Open(setup.Source!));
        FetchedSource? fetched = null;
        await deploy.Log.StepAsync(FetchStep, $"Fetching {remote.Shown}{(remote.Branch is null ? "" : $" ({remote.Branch})")}", async () =>
            (fetched = await fetcher.FetchAsync(remote, deploy.Cancel)).Version);
        await ledger.ChangeAsync(setup.Id, row => (row.SourceDigest, row.Version) = (fetched!.Digest.Value, row.Version ?? fetched.Version ?? remote.Shown), deploy.Cancel);
        return await PointAsync(deploy, fetched!.Digest);
    }

    /// <summary>A source that a running deploy names is not collected.</summary>
    private async Task<Digest> PointAsync(DeployContext deploy, Digest digest)
    {
        await using var store = await stores.CreateDbContextAsync(deploy.Cancel);
        await store.Deploys.Where(row => row.Id == deploy.Deploy.Id).ExecuteUpdateAsync(set => set.SetProperty(row => row.SourceDigest, digest.Value), deploy.Cancel);
        return digest;
    }

    private async Task<SetupPlan> PlanAsync(DeployContext deploy, SetupRow setup, Digest digest)
    {
        SetupPlan? plan = null;
        await deploy.Log.StepAsync(ManifestStep, $"Reading {AppFile.FileName}", async () =>
        {
            var reading = templates.FileOf(digest);
            if (reading is null) await deploy.Log.LineAsync($"The source has no {AppFile.FileName}: the app gets what Slipway finds in its files.");
            foreach (var note in reading?.Notes ?? []) await deploy.Log.LineAsync(note);
            var whole = reading?.MustBeGood() ?? AppFile.Empty;
            // A review app needs nothing to be said of it; any other environment is somebody's wish.
            if (setup.Environment is { } wanted && wanted != AppFile.ReviewEnvironment && !whole.Environments.ContainsKey(wanted)) throw SetupErrors.UnknownEnvironment(wanted, whole);
            var file = whole.For(setup.Environment);
            plan = SetupPlan.Of(file, secrets.OpenMap(setup.Given), secrets.OpenMap(deploy.App.ConfigVars));
            foreach (var note in plan.Notes) await deploy.Log.LineAsync(note);
            if (plan.Missing.Count > 0) throw Finding.ToException(plan.Missing);
            await ledger.ChangeAsync(setup.Id, row => row.SuccessUrl = file.SuccessUrl, deploy.Cancel);
            return string.Join(", ", new[] { file.Name, setup.Environment is null ? null : $"environment {setup.Environment}", $"{plan.Config.Count} config vars", $"{plan.Addons.Count} add-ons" }.OfType<string>());
        });
        return plan!;
    }

    private Task<string?> ConfigureAsync(DeployContext deploy, SetupPlan plan) => stores.ChangeAsync<string?>(async store =>
    {
        var app = await store.Apps.SingleAsync(row => row.Id == deploy.App.Id, deploy.Cancel);
        var config = secrets.OpenMap(app.ConfigVars);
        foreach (var (key, value) in plan.Config) config[key] = value;
        app.ConfigVars = secrets.SealMap(config);
        var known = await store.Formations.Where(row => row.AppId == app.Id).Select(row => row.ProcessType).ToListAsync(deploy.Cancel);
        foreach (var (type, scale) in plan.Formation.Where(one => !known.Contains(one.Key)))
        {
            var (quantity, size) = WantedScale.Of(type, null, null, scale);
            var now = time.GetUtcNow();
            store.Formations.Add(new FormationRow { Uuid = Guid.NewGuid(), AppId = app.Id, ProcessType = type, Quantity = quantity, Size = size, CreatedAt = now, UpdatedAt = now });
        }

        await store.SaveChangesAsync(deploy.Cancel);
        deploy.App.ConfigVars = app.ConfigVars; // the steps after this one read it there
        return string.Join(", ", [.. plan.Config.Keys, .. plan.Formation.Select(one => $"{one.Key}={one.Value.Quantity ?? (one.Key == "web" ? 1 : 0)}")]);
    }, deploy.Cancel);

    /// <param name="number">How many of the same there are before it in the file: that many are left alone.</param>
    private async Task<string?> MakeAddonAsync(DeployContext deploy, AddonRequest request, int number)
    {
        var addon = await stores.ChangeAsync(async store =>
        {
            await using var transaction = await store.Database.BeginTransactionAsync(deploy.Cancel);
            var app = await store.Apps.SingleAsync(row => row.Id == deploy.App.Id, deploy.Cancel);
            var same = await store.Addons.Where(row => row.AppId == app.Id && row.Service == request.Kind.Service && row.Plan == request.Plan).OrderBy(row => row.Id).ToListAsync(deploy.Cancel);
            var row = same.Count > number ? same[number] : await addons.AddAsync(store, app, request, deploy.Cancel);
            await transaction.CommitAsync(deploy.Cancel);
            return row;
        }, deploy.Cancel);
        await provisioning.ProvisionAsync(addon.Id, deploy.Log.LineAsync, deploy.Cancel);
        deploy.App.ConfigVars = await stores.ChangeAsync(async store =>
        {
            var app = await store.Apps.SingleAsync(row => row.Id == deploy.App.Id, deploy.Cancel);
            app.ConfigVars = secrets.SealMap(await attachments.RenewAsync(store, app.Id, secrets.OpenMap(app.ConfigVars), null, deploy.Cancel));
            await store.SaveChangesAsync(deploy.Cancel);
            return app.ConfigVars;
        }, deploy.Cancel);
        return addon.Name;
    }

    /// <summary>Once, and never again. The release is live and stays so: a failure is the setup's, not the deploy's.</summary>
    private async Task PostDeployAsync(DeployContext deploy, SetupRow setup, string command)
    {
        if (setup.PostDeployAt is not null)
        {
            if (setup.PostDeployExit is null) await FailAsync(setup, SetupErrors.PostDeployCutOff);
            return;
        }

        await ledger.ChangeAsync(setup.Id, row => row.PostDeployAt = time.GetUtcNow(), deploy.Cancel);
        await deploy.Log.StepAsync(PostDeployStep, "Running the postdeploy script, this once", async () =>
        {
            await deploy.Log.LineAsync("$ " + command);
            var end = await phase.EndAsync(deploy.Release!, PostDeployStep, command, deploy.Log, deploy.Cancel);
            var failure = end.Failure is null ? null : end.Failure.Error with { Step = PostDeployStep, Next = "The app is live without it. Mend the command, then run it by hand: slipway run -- COMMAND" };
            await ledger.ChangeAsync(setup.Id, row => (row.PostDeployExit, row.Error) = (end.Code, failure is null ? null : SetupRunner.ToJson(failure)), CancellationToken.None);
            if (end.Failure is null) return "done";
            return $"failed, and v{deploy.Release!.Version} stays live. {end.Failure.Error.Why}";
        });
    }

    private Task FailAsync(SetupRow setup, SlipwayError error) => ledger.ChangeAsync(setup.Id, row => row.Error = SetupRunner.ToJson(error), CancellationToken.None);

    private async Task<SetupRow> ReadAsync(long id, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        return await store.Setups.AsNoTracking().SingleAsync(row => row.Id == id, cancel);
    }

    private async Task<ReleaseRow> ReleaseAsync(long id, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        return await store.Releases.AsNoTracking().SingleAsync(row => row.Id == id, cancel);
    }
}
