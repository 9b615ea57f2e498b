using Slipway.Contracts;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;

namespace Slipway.Control.Builds;

/// <summary>Turns a build's inputs into what its containers are given.</summary>
internal sealed class BuildRequests(RunnerClient runner, PlatformCode platform)
{
    /// <summary>The app's own volume for downloads. Not shared with other apps: whoever could write there could feed them.</summary>
    public static readonly VolumeName Cache = VolumeName.Parse("build-cache");

    /// <summary>The same for the layers of images, which are much larger.</summary>
    public static readonly VolumeName ImageCache = VolumeName.Parse("image-cache");

    private const long CacheBytes = 2L << 30, ImageCacheBytes = 10L << 30;

    public static Mount CacheMount(AppKind kind) => new(MountKind.Volume, CacheOf(kind).Value, "/build/cache", ReadOnly: false);

    public BuildRequest Request(BuildInputs inputs, Digest? dependencyKey) => new()
    {
        Kind = inputs.Kind.Name,
        App = inputs.App.Name,
        Source = SourceFiles.Join("/source", inputs.Plan.AppFolder).TrimEnd('/'),
        Root = inputs.Plan.Root,
        Dependencies = inputs.Plan.Dependencies is { } plan ? new DependencyRequest(plan.Kind, plan.File, plan.Files, plan.NeedsSource) : null,
        Details = inputs.Plan.Details,
        IndexUrl = inputs.IndexUrl,
        ProcessTypes = inputs.Plan.ProcessTypes.ToDictionary(type => type.Key.Value, type => type.Value),
        Commands = inputs.Manifest.BuildCommands(),
        LayerKey = dependencyKey?.Value,
        Config = inputs.Config,
        Registries = inputs.Registries,
        Certificates = ServerCertificates.Read(),
        Domains = inputs.Domains,
        Tls = inputs.App.HttpsOnly,
        Database = true,
    };

    /// <summary>What every build container sees.</summary>
    public IReadOnlyList<Mount> Mounts(BuildInputs inputs)
    {
        var code = new Mount(MountKind.Source, platform.Digest.Value, "/build/platform", ReadOnly: true);
        return inputs.LocalIndex ? [code, new Mount(MountKind.PackageIndex, "", "/build/index", ReadOnly: true)] : [code];
    }

    public Task MakeCacheAsync(BuildInputs inputs, CancellationToken cancel) =>
        runner.SendAsync(
            RunnerVerb.CreateVolume, new VolumeRequest(inputs.Name, CacheOf(inputs.Kind), inputs.App.Uid, inputs.Kind.RunStack is null ? ImageCacheBytes : CacheBytes),
            ContractsJson.Default.VolumeRequest, cancel);

    private static VolumeName CacheOf(AppKind kind) => kind.RunStack is null ? ImageCache : Cache;
}
