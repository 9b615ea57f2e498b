using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Api;
using Slipway.Contracts.Names;
using Slipway.Contracts.Server;
using Slipway.Control.Deploys;
using Slipway.Control.Images;
using Slipway.Control.Registries;
using Slipway.Control.Sources;
using Slipway.Control.Stacks;
using Slipway.Control.Store;

namespace Slipway.Control.Builds;

/// <summary>Source → image: the steps preflight, dependencies and build of a deploy.</summary>
internal sealed class Builder(
    IDbContextFactory<SlipwayStore> stores, SourceStore sources, StackCatalog stacks, PackageLayers packages, DependencyLayers dependencies, AppLayers apps,
    RegistryLogins registries, ServerConfig server, TimeProvider time)
{
    /// <returns>The stored image.</returns>
    public async Task<ImageRow> BuildAsync(AppRow app, Digest source, IReadOnlyDictionary<string, string> config, DeployLog log, CancellationToken cancel)
    {
        var inputs = await PreflightAsync(app, sources.Find(source), config, log, cancel);
        inputs = inputs with
        {
            RunPackages = inputs.Stacks.Run is { } stack ? await packages.ObtainAsync(stack, inputs.Plan.Packages, log, cancel) : null,
            // A build needs what the app calls while it is built, but not what serves it.
            BuildPackages = await packages.ObtainAsync(inputs.Stacks.Build, [.. inputs.Manifest.List("packages").Order(StringComparer.Ordinal)], log, cancel),
        };
        var installed = await dependencies.ObtainAsync(inputs, log, cancel);
        var (layer, facts) = await apps.BuildAsync(inputs, installed, log, cancel);

        await using var store = await stores.CreateDbContextAsync(cancel);
        var image = new ImageRow
        {
            Uuid = Guid.NewGuid(),
            AppId = app.Id,
            Layers = ImageLayers.ToJson([.. inputs.RunLayers, .. installed is null ? (IEnumerable<Digest>)[] : [installed.Layer], layer.Digest]),
            Facts = (facts with { Cron = inputs.Plan.Cron }).ToJson(),
            SourceDigest = source.Value,
            Kind = facts.Kind,
            Bytes = (installed?.Bytes ?? 0) + layer.Bytes,
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
            var preflight = Preflight.Recognize(source.Path, config, AppKinds.All);
            var pair = new StackPair(
                preflight.Kind.RunStack is { } run ? await stacks.FindAsync(run, log.LineAsync, cancel) : null, await stacks.FindAsync(preflight.Kind.BuildStack, log.LineAsync, cancel));
            var plan = preflight.Plan(pair);
            foreach (var decision in preflight.Survey.Decisions) await log.LineAsync(decision);

            await using var store = await stores.CreateDbContextAsync(cancel);
            inputs = new BuildInputs
            {
                App = app,
                Source = source,
                Kind = preflight.Kind,
                Plan = plan,
                Stacks = pair,
                Manifest = preflight.Survey.Manifest,
                Origins = preflight.Survey.Origins,
                Config = plan.BuildEnv.Where(one => !config.ContainsKey(one.Key)).Concat(config).ToDictionary(),
                Domains = [$"{app.Name}.{server.Domain}", .. await store.Domains.Where(row => row.AppId == app.Id).Select(row => row.Hostname).Order().ToListAsync(cancel)],
                PackageIndex = await store.Settings.Where(row => row.Key == ServerSettings.PackageIndex).Select(row => row.Value).SingleOrDefaultAsync(cancel),
                Registries = await registries.ForBuildAsync(app, plan, preflight.Survey.Manifest.BuildCommands().Count > 0, cancel),
                Previous = await PreviousAsync(store, app.Id, preflight.Kind, cancel),
            };
            return plan.Summary;
        });
        return inputs!;
    }

    /// <summary>The app layer of the last image; what another kind of build left is of no use to this one.</summary>
    private async Task<Digest?> PreviousAsync(SlipwayStore store, long appId, AppKind kind, CancellationToken cancel)
    {
        var last = await store.Images.Where(row => row.AppId == appId).OrderByDescending(row => row.Id).FirstOrDefaultAsync(cancel);
        return last is not null && ImageFacts.Parse(last.Facts).Kind == kind.Name && ImageLayers.Of(last)[^1] is var layer && LayerFiles.Exists(server, layer) ? layer : null;
    }
}
