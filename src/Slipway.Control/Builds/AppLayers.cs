using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Contracts.Server;
using Slipway.Control.Deploys;
using Slipway.Control.Images;
using Slipway.Control.Manifests;
using Slipway.Control.Sources;

namespace Slipway.Control.Builds;

/// <summary>Builds the layer that is the app itself: its files, bytecode, collected static files, and what was found out about it.</summary>
internal sealed class AppLayers(BuildContainers containers, BuildRequests requests, PlatformCode platform, ServerConfig server)
{
    public async Task<(LayerInfo Layer, ImageFacts Facts)> BuildAsync(BuildInputs inputs, DependencyLayer? dependencies, DeployLog log, CancellationToken cancel)
    {
        (LayerInfo, ImageFacts)? made = null;
        await log.StepAsync("build", "Building the app", async () =>
        {
            if (inputs.Plan.NeedsCache) await requests.MakeCacheAsync(inputs, cancel);
            var layer = await containers.RunAsync(Job(inputs, dependencies), log, cancel);
            var facts = ManifestFacts.Apply(inputs.Manifest, ReadFacts(layer.Digest) with { Kind = inputs.Kind.Name });
            ManifestFacts.Check(inputs.Manifest, facts, folder => Directory.Exists(Path.Join(LayerFiles.PathOf(server, layer.Digest), folder)));
            facts = facts with { Explanation = Explanation.Of(inputs, facts) };
            made = (layer, facts);
            return $"{(facts.Django is { } django ? $"Django {django.Version}, " : "")}{Size.Text(layer.Bytes)}, layer {layer.Digest.Short}";
        });
        return made!.Value;
    }

    private BuildJob Job(BuildInputs inputs, DependencyLayer? dependencies)
    {
        List<Mount> mounts = [.. requests.Mounts(inputs), new(MountKind.Source, inputs.Source.Digest.Value, "/source", ReadOnly: true)];
        if (inputs.Previous is { } previous) mounts.Add(new Mount(MountKind.Layer, previous.Value, "/build/previous", ReadOnly: true));
        if (inputs.Plan.NeedsCache) mounts.Add(BuildRequests.CacheMount);
        var request = requests.Request(inputs, dependencies?.Key) with { Base = Base(inputs, dependencies) };
        IReadOnlyList<Digest> layers = dependencies is null ? inputs.BuildLayers : [.. inputs.BuildLayers, dependencies.Layer];
        return new BuildJob(inputs.Name, inputs.App.Uid, "app", request, layers, mounts, ["/app", "/slipway"], Shared: false,
            inputs.Plan.BeginsWithSource ? new LaidSource(inputs.Source.Digest, inputs.Plan.AppFolder, inputs.Plan.LeftOut, inputs.Previous) : null);
    }

    /// <summary>Changes whenever what the app is built on does.</summary>
    private string Base(BuildInputs inputs, DependencyLayer? dependencies) =>
        Digest.FromHash(SHA256.HashData(Encoding.UTF8.GetBytes($"{string.Join(' ', inputs.BuildLayers)}\n{dependencies?.Layer}\n{platform.Digest}\n"))).Value;

    private ImageFacts ReadFacts(Digest layer)
    {
        try
        {
            var facts = ImageFacts.Parse(LayerFiles.ReadText(server, layer, "slipway/facts.json"));
            FactsRules.Check(facts);
            return facts;
        }
        catch (JsonException e)
        {
            throw FactsRules.Invalid(e.Message);
        }
    }
}
