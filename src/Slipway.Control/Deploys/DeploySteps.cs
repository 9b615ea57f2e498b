using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Names;
using Slipway.Control.Builds;
using Slipway.Control.Images;
using Slipway.Control.Reconcile;
using Slipway.Control.Releases;
using Slipway.Control.Secrets;
using Slipway.Control.Sources;
using Slipway.Control.Store;

namespace Slipway.Control.Deploys;

/// <summary>What a deploy does, step by step; <see cref="Deployer"/> decides when, and what comes of it.</summary>
internal sealed class DeploySteps(
    IDbContextFactory<SlipwayStore> stores, SourceStore sources, Builder builder, AppNeeds needs, ReleaseLedger ledger, ReleasePhase phase,
    MigrateMemory migrations, Rollout rollout, SecretBox secrets)
{
    private const string ReleaseStep = "release";
    private const string ReleaseType = "release";

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
    }

    /// <summary>The release exists already and has an image: a config change, a rollback.</summary>
    public async Task ReleaseAsync(DeployContext deploy)
    {
        await deploy.Log.StepAsync(ReleaseStep, $"Preparing v{deploy.Release!.Version}: {deploy.Release.Description}", async () =>
            await RunReleaseCommandAsync(deploy, await migrations.AskAsync(deploy.App.Id, deploy.Cancel)));
        await rollout.RunAsync(deploy.App.Id, deploy.Release.Id, deploy.Log, deploy.Cancel);
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
        await phase.RunAsync(deploy.Release, command, deploy.Log, deploy.Cancel);
        await migrations.RememberAsync(deploy.Release, deploy.Cancel);
        return $"v{deploy.Release.Version}";
    }

    /// <summary>The release and the deploy's pointer to it in one transaction: after a crash either both are there or none.</summary>
    private async Task<ReleaseRow> AddReleaseAsync(DeployContext deploy, ImageRow image, IReadOnlyDictionary<string, string> config, string description)
    {
        var types = ImageFacts.Parse(image.Facts).ProcessTypes;
        await using var store = await stores.CreateDbContextAsync(deploy.Cancel);
        await using var transaction = await store.Database.BeginTransactionAsync(deploy.Cancel);
        var release = await ledger.AddAsync(store, new NewRelease(deploy.App.Id, image.Id, description, deploy.Deploy.AccountId, config, types), deploy.Cancel);
        await store.SaveChangesAsync(deploy.Cancel);
        await store.Deploys.Where(row => row.Id == deploy.Deploy.Id)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.ReleaseId, release.Id).SetProperty(row => row.ImageId, image.Id), deploy.Cancel);
        await transaction.CommitAsync(deploy.Cancel);
        return release;
    }
}
