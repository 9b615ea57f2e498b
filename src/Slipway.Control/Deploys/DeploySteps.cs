using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Names;
using Slipway.Control.Addons;
using Slipway.Control.Builds;
using Slipway.Control.Images;
using Slipway.Control.Reconcile;
using Slipway.Control.Releases;
using Slipway.Control.Remotes;
using Slipway.Control.Secrets;
using Slipway.Control.Sources;
using Slipway.Control.Store;

namespace Slipway.Control.Deploys;

/// <summary>What a deploy does, step by step; <see cref="Deployer"/> decides when, and what comes of it.</summary>
internal sealed class DeploySteps(
    IDbContextFactory<SlipwayStore> stores, SourceStore sources, SourceFetcher fetcher, Builder builder, AppNeeds needs, AddonProvisioning provisioning, AttachmentLedger attachments, ReleaseLedger ledger, ReleasePhase phase,
    MigrateMemory migrations, Rollout rollout, PostDeploy postDeploy, SecretBox secrets)
{
    private const string ReleaseStep = "release";
    private const string ReleaseType = "release";

    public async Task RemoteAsync(DeployContext deploy, RemoteSource source, string? version)
    {
        FetchedSource? fetched = null;
        await deploy.Log.StepAsync("fetch", $"Fetching {source.Shown}{(source.Branch is null ? "" : $" ({source.Branch})")}", async () =>
            (fetched = await fetcher.FetchAsync(source, deploy.Log.LineAsync, deploy.Cancel)).Version);
        await using (var store = await stores.CreateDbContextAsync(deploy.Cancel))
        {
            await store.Deploys.Where(row => row.Id == deploy.Deploy.Id)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.SourceDigest, fetched!.Digest.Value), deploy.Cancel);
        }

        await SourceAsync(deploy, fetched!.Digest, version ?? fetched.Version ?? source.Url.AbsolutePath);
    }

    public async Task SourceAsync(DeployContext deploy, Digest digest, string? version)
    {
        var applied = migrations.AskAsync(deploy.App.Id, deploy.Cancel);
        await ReceiveAsync(deploy, digest);
        var image = await builder.BuildAsync(deploy.App, digest, secrets.OpenMap(deploy.App.ConfigVars), deploy.Log, deploy.Cancel);
        var facts = ImageFacts.Parse(image.Facts);
        await deploy.Log.StepAsync(ReleaseStep, "Preparing the release", async () =>
        {
            var config = await needs.MeetAsync(deploy.App, facts, deploy.Log, deploy.Cancel);
            deploy.Release = await AddReleaseAsync(deploy, image, config, $"Deploy {version ?? digest.Short}");
            return await RunReleaseCommandAsync(deploy, await applied);
        });
        await rollout.RunAsync(deploy.App.Id, deploy.Release!.Id, deploy.Log, deploy.Cancel);
        await postDeploy.RunAsync(deploy, facts);
    }

    /// <summary>An image that another app serves with goes live as it is, with this app's config vars.</summary>
    /// <param name="numbered">Told of the release as soon as there is one.</param>
    public async Task PromoteAsync(DeployContext deploy, ImageRow from, string description, Func<ReleaseRow, Task> numbered)
    {
        var applied = migrations.AskAsync(deploy.App.Id, deploy.Cancel);
        var facts = ImageFacts.Parse(from.Facts);
        await deploy.Log.StepAsync(ReleaseStep, $"Preparing the release: {description}", async () =>
        {
            var config = await needs.MeetAsync(deploy.App, facts, deploy.Log, deploy.Cancel);
            deploy.Release = await AddReleaseAsync(deploy, await CopyAsync(deploy, from), config, description);
            await numbered(deploy.Release);
            return await RunReleaseCommandAsync(deploy, await applied);
        });
        await rollout.RunAsync(deploy.App.Id, deploy.Release!.Id, deploy.Log, deploy.Cancel);
        await postDeploy.RunAsync(deploy, facts);
    }

    /// <summary>An image belongs to its app and goes with it; its layers are everybody's who has it.</summary>
    private async Task<ImageRow> CopyAsync(DeployContext deploy, ImageRow from)
    {
        await using var store = await stores.CreateDbContextAsync(deploy.Cancel);
        var image = new ImageRow
        {
            Uuid = Guid.NewGuid(), AppId = deploy.App.Id, Layers = from.Layers, Facts = from.Facts, SourceDigest = from.SourceDigest, Bytes = from.Bytes, CreatedAt = from.CreatedAt,
        };
        store.Images.Add(image);
        await store.SaveChangesAsync(deploy.Cancel);
        return image;
    }

    /// <summary>An add-on that was asked for is made; the release that follows has its config var.</summary>
    public async Task AddonAsync(DeployContext deploy, AddonRow addon)
    {
        await deploy.Log.StepAsync("addon", $"Making {addon.Name}", async () =>
        {
            await provisioning.ProvisionAsync(addon.Id, deploy.Log.LineAsync, deploy.Cancel);
            deploy.Release = await AddReleaseAsync(deploy, addon);
            return $"{addon.Service}, plan {addon.Plan}";
        });
        if (deploy.Release!.ImageId is not null) await ReleaseAsync(deploy);
    }

    /// <summary>The release exists already and has an image: a config change, a rollback.</summary>
    public async Task ReleaseAsync(DeployContext deploy)
    {
        await deploy.Log.StepAsync(ReleaseStep, $"Preparing v{deploy.Release!.Version}: {deploy.Release.Description}", async () =>
            await RunReleaseCommandAsync(deploy, await migrations.AskAsync(deploy.App.Id, deploy.Cancel)));
        await rollout.RunAsync(deploy.App.Id, deploy.Release.Id, deploy.Log, deploy.Cancel);
        await postDeploy.RunAsync(deploy, await FactsAsync(deploy));
    }

    private async Task<ImageFacts> FactsAsync(DeployContext deploy)
    {
        await using var store = await stores.CreateDbContextAsync(deploy.Cancel);
        return ImageFacts.Parse(await store.Images.Where(row => row.Id == deploy.Release!.ImageId).Select(row => row.Facts).SingleAsync(deploy.Cancel));
    }

    private Task ReceiveAsync(DeployContext deploy, Digest digest) =>
        deploy.Log.StepAsync("receive", "Receiving the source", async () =>
        {
            var source = sources.Find(digest);
            foreach (var note in source.Notes) await deploy.Log.LineAsync(note);
            return $"{source.Files:N0} {(source.Files == 1 ? "file" : "files")}, {Size.Text(source.Bytes)}, source {digest.Short}";
        });

    private async Task<string?> RunReleaseCommandAsync(DeployContext deploy, string? applied)
    {
        var types = JsonSerializer.Deserialize(deploy.Release!.ProcessTypes, ContractsJson.Default.IReadOnlyDictionaryStringString)!;
        if (!types.TryGetValue(ReleaseType, out var command)) return $"v{deploy.Release.Version}, no release command";
        if (await migrations.IsNeedlessAsync(deploy.Release, applied, deploy.Cancel))
            return $"v{deploy.Release.Version}; nothing to migrate: models, migrations, config vars and the database are as after the last migrate";
        await deploy.Log.LineAsync("$ " + command);
        await phase.RunAsync(deploy.Release, ReleaseType, command, deploy.Log, deploy.Cancel);
        await migrations.RememberAsync(deploy.Release, deploy.Cancel);
        return $"v{deploy.Release.Version}";
    }

    /// <summary>Like the release that serves, with what the app's add-ons say now.</summary>
    private async Task<ReleaseRow> AddReleaseAsync(DeployContext deploy, AddonRow addon)
    {
        await using var store = await stores.CreateDbContextAsync(deploy.Cancel);
        await using var transaction = await store.Database.BeginTransactionAsync(deploy.Cancel);
        var app = await store.Apps.SingleAsync(row => row.Id == deploy.App.Id, deploy.Cancel);
        var current = await store.Releases.SingleOrDefaultAsync(row => row.Id == app.CurrentReleaseId, deploy.Cancel);
        var config = await attachments.RenewAsync(store, app.Id, secrets.OpenMap(app.ConfigVars), null, deploy.Cancel);
        app.ConfigVars = secrets.SealMap(config);
        var types = current is null ? new Dictionary<string, string>() : JsonSerializer.Deserialize(current.ProcessTypes, ContractsJson.Default.IReadOnlyDictionaryStringString)!;
        var names = await store.AddonAttachments.Where(row => row.AppId == app.Id && row.AddonId == addon.Id).Select(row => row.Name).ToListAsync(deploy.Cancel);
        var release = await ledger.AddAsync(
            store, new NewRelease(app.Id, current?.ImageId, $"Attach {string.Join(", ", names)} ({addon.Name})", deploy.Deploy.AccountId, config, types), deploy.Cancel);
        await store.SaveChangesAsync(deploy.Cancel);
        await PointAsync(store, deploy, release);
        await transaction.CommitAsync(deploy.Cancel);
        return release;
    }

    private static Task<int> PointAsync(SlipwayStore store, DeployContext deploy, ReleaseRow release) =>
        store.Deploys.Where(row => row.Id == deploy.Deploy.Id)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.ReleaseId, release.Id).SetProperty(row => row.ImageId, release.ImageId), deploy.Cancel);

    /// <summary>The release and the deploy's pointer to it in one transaction: after a crash either both are there or none.</summary>
    private async Task<ReleaseRow> AddReleaseAsync(DeployContext deploy, ImageRow image, IReadOnlyDictionary<string, string> config, string description)
    {
        var facts = ImageFacts.Parse(image.Facts);
        await using var store = await stores.CreateDbContextAsync(deploy.Cancel);
        await using var transaction = await store.Database.BeginTransactionAsync(deploy.Cancel);
        var release = await ledger.AddAsync(store, new NewRelease(deploy.App.Id, image.Id, description, deploy.Deploy.AccountId, config, facts.ProcessTypes) { Scale = facts.Scale }, deploy.Cancel);
        await store.SaveChangesAsync(deploy.Cancel);
        await PointAsync(store, deploy, release);
        await transaction.CommitAsync(deploy.Cancel);
        return release;
    }
}
