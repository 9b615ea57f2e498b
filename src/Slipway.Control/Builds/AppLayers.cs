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
            var facts = ManifestFacts.Apply(inputs.Manifest, ReadFacts(layer.Digest, inputs.Kind) with { Kind = inputs.Kind.Name });
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
        var isRoot = inputs.Kind.RunStack is null;
        if (inputs.Previous is { } previous && !isRoot) mounts.Add(new Mount(MountKind.Layer, previous.Value, "/build/previous", ReadOnly: true));
        if (inputs.Plan.NeedsCache) mounts.Add(BuildRequests.CacheMount(inputs.Kind));
        var request = requests.Request(inputs, dependencies?.Key) with { Base = Base(inputs, dependencies) };
        IReadOnlyList<Digest> layers = dependencies is null ? inputs.BuildLayers : [.. inputs.BuildLayers, dependencies.Layer];
        return new BuildJob(inputs.Name, inputs.App.Uid, "app", request, layers, mounts, isRoot ? ["/rootfs"] : ["/app", "/slipway"], Shared: false)
        {
            Laid = inputs.Plan.BeginsWithSource ? new LaidSource(inputs.Source.Digest, inputs.Plan.AppFolder, inputs.Plan.LeftOut, inputs.Previous) : null,
            IsRoot = isRoot,
            UserNamespace = inputs.Kind.IsRootInBuild,
        };
    }

    /// <summary>Changes whenever what the app is built on does.</summary>
    private string Base(BuildInputs inputs, DependencyLayer? dependencies) =>
        Digest.FromHash(SHA256.HashData(Encoding.UTF8.GetBytes($"{string.Join(' ', inputs.BuildLayers)}\n{dependencies?.Layer}\n{platform.Digest}\n"))).Value;

    private ImageFacts ReadFacts(Digest layer, AppKind kind)
    {
        try
        {
            var facts = ImageFacts.Parse(LayerFiles.ReadText(server, layer, "slipway/facts.json"));
            FactsRules.Check(facts);
            if (kind.RunStack is null != facts.Container is not null) throw FactsRules.Invalid("They do not say what image it is, or say so of an app without one.");
            return facts;
        }
        catch (JsonException e)
        {
            throw FactsRules.Invalid(e.Message);
        }
    }
}
