using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Contracts.Server;
using Slipway.Control.Deploys;
using Slipway.Control.Images;
using Slipway.Control.Server;
using Slipway.Control.Sources;
using Slipway.Control.Store;

namespace Slipway.Control.Builds;

/// <param name="Key">What it was made from.</param>
internal sealed record DependencyLayer(Digest Layer, Digest Key, long Bytes);

/// <summary>The layers that hold installed dependencies, each made once and shared by all that ask for the same.</summary>
internal sealed class DependencyLayers(
    IDbContextFactory<SlipwayStore> stores, SourceStore sources, BuildContainers containers, BuildRequests requests,
    PlatformCode platform, ServerConfig server, TimeProvider time)
{
    private const string Step = "dependencies";

    private readonly KeyedLock _building = new();

    /// <returns>Null when the app has nothing to install.</returns>
    public async Task<DependencyLayer?> ObtainAsync(BuildInputs inputs, DeployLog log, CancellationToken cancel)
    {
        if (inputs.Plan.Dependencies is not { } plan) return null;
        var key = DependencyKey.Compute(inputs, plan, platform.DependenciesDigest(inputs.Kind));
        // Two apps with the same lock file, deployed at once: the second waits and finds the layer made.
        using var turn = await _building.EnterAsync(key.Value, cancel);
        if (await FindAsync(key, cancel) is { } found)
        {
            await log.StepSkippedAsync(Step, $"Unchanged: {Describe(found.Facts)} from layer {found.Layer.Layer.Short}");
            return found.Layer;
        }

        DependencyLayer? made = null;
        await log.StepAsync(Step, "Installing dependencies", async () =>
        {
            var layer = await containers.RunAsync(await JobAsync(inputs, plan, key, cancel), log, cancel);
            var facts = LayerFiles.ReadText(server, layer.Digest, plan.FactsFile);
            made = new DependencyLayer(layer.Digest, key, layer.Bytes);
            await SaveAsync(made, facts, cancel);
            return $"{Describe(facts)}, {Size.Text(layer.Bytes)}";
        });
        return made!;
    }

    private async Task<BuildJob> JobAsync(BuildInputs inputs, DependencyPlan plan, Digest key, CancellationToken cancel)
    {
        List<Mount> mounts = [.. requests.Mounts(inputs), BuildRequests.CacheMount(inputs.Kind)];
        if (plan.NeedsSource)
            mounts.Add(new Mount(MountKind.Source, inputs.Source.Digest.Value, "/source", ReadOnly: true));
        else if (plan.Files.Count > 0)
            mounts.Add(new Mount(MountKind.Source, (await sources.ImportFolderAsync(inputs.Source.Path, plan.Files, cancel)).Digest.Value, "/source", ReadOnly: true));
        await requests.MakeCacheAsync(inputs, cancel);
        var request = requests.Request(inputs, key) with { Config = DependencyKey.ConfigOf(inputs, plan) };
        return new BuildJob(inputs.Name, inputs.App.Uid, Step, request, inputs.BuildLayers, mounts, plan.Results, Shared: true);
    }

    private async Task<(DependencyLayer Layer, string Facts)?> FindAsync(Digest key, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        if (await store.LayerKeys.SingleOrDefaultAsync(row => row.Key == key.Value, cancel) is not { } row) return null;
        var layer = Digest.Parse(row.Layer);
        if (!LayerFiles.Exists(server, layer)) return null;
        row.UsedAt = time.GetUtcNow();
        await store.SaveChangesAsync(cancel);
        return (new DependencyLayer(layer, key, row.Bytes), row.Facts);
    }

    private async Task SaveAsync(DependencyLayer layer, string facts, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        await store.LayerKeys.Where(row => row.Key == layer.Key.Value).ExecuteDeleteAsync(cancel);
        store.LayerKeys.Add(new LayerKeyRow { Key = layer.Key.Value, Layer = layer.Layer.Value, Bytes = layer.Bytes, Facts = facts, UsedAt = time.GetUtcNow() });
        await store.SaveChangesAsync(cancel);
    }

    private static string Describe(string facts)
    {
        var found = JsonSerializer.Deserialize(facts, BuildsJson.Default.DependencyFacts)!;
        return $"{found.Packages.Count} packages";
    }
}
