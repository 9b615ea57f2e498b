using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Api;
using Slipway.Contracts.Names;
using Slipway.Contracts.Server;
using Slipway.Control.Deploys;
using Slipway.Control.Images;
using Slipway.Control.Sources;
using Slipway.Control.Stacks;
using Slipway.Control.Store;

namespace Slipway.Control.Builds;

/// <summary>Source → image: the steps preflight, dependencies and build of a deploy.</summary>
internal sealed class Builder(
    IDbContextFactory<SlipwayStore> stores, SourceStore sources, StackCatalog stacks, DependencyLayers dependencies, AppLayers apps,
    ServerConfig server, TimeProvider time)
{
    /// <returns>The stored image.</returns>
    public async Task<ImageRow> BuildAsync(AppRow app, Digest source, IReadOnlyDictionary<string, string> config, DeployLog log, CancellationToken cancel)
    {
        var inputs = await PreflightAsync(app, sources.Find(source), config, log, cancel);
        var venv = await dependencies.ObtainAsync(inputs, log, cancel);
        var (layer, facts) = await apps.BuildAsync(inputs, venv, log, cancel);

        await using var store = await stores.CreateDbContextAsync(cancel);
        var image = new ImageRow
        {
            Uuid = Guid.NewGuid(),
            AppId = app.Id,
            Layers = ImageLayers.ToJson(inputs.RunStack.Layer, venv.Layer, layer.Digest),
            Facts = facts.ToJson(),
            SourceDigest = source.Value,
            Bytes = venv.Bytes + layer.Bytes,
            CreatedAt = time.GetUtcNow(),
        };
        store.Images.Add(image);
        await store.SaveChangesAsync(cancel);
        return image;
    }

    private async Task<BuildInputs> PreflightAsync(
        AppRow app, SourceTree source, IReadOnlyDictionary<string, string> config, DeployLog log, CancellationToken cancel)
    {
        BuildInputs? inputs = null;
        await log.StepAsync("preflight", "Looking at the source", async () =>
        {
            var run = await stacks.FindAsync(StackCatalog.Python, log.LineAsync, cancel);
            var build = await stacks.FindAsync(StackCatalog.PythonBuild, log.LineAsync, cancel);
            var plan = Preflight.Check(source.Path, config.GetValueOrDefault(Preflight.FolderVariable), StackCatalog.PythonOf(build));
            foreach (var decision in plan.Decisions) await log.LineAsync(decision);

            await using var store = await stores.CreateDbContextAsync(cancel);
            inputs = new BuildInputs
            {
                App = app,
                Source = source,
                Plan = plan,
                RunStack = run,
                BuildStack = build,
                Config = config,
                Domains = [$"{app.Name}.{server.Domain}", .. await store.Domains.Where(row => row.AppId == app.Id).Select(row => row.Hostname).Order().ToListAsync(cancel)],
                PackageIndex = await store.Settings.Where(row => row.Key == ServerSettings.PackageIndex).Select(row => row.Value).SingleOrDefaultAsync(cancel),
                Previous = await PreviousAsync(store, app.Id, cancel),
            };
            return plan.ManagePy is null ? "an app with a Procfile" : "a Django project";
        });
        return inputs!;
    }

    private async Task<Digest?> PreviousAsync(SlipwayStore store, long appId, CancellationToken cancel)
    {
        var last = await store.Images.Where(row => row.AppId == appId).OrderByDescending(row => row.Id).FirstOrDefaultAsync(cancel);
        return last is not null && ImageLayers.Of(last)[^1] is var layer && LayerFiles.Exists(server, layer) ? layer : null;
    }
}
