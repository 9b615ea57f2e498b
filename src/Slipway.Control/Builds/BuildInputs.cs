using Slipway.Contracts.Names;
using Slipway.Control.Sources;
using Slipway.Control.Store;

namespace Slipway.Control.Builds;

/// <summary>All that one build depends on, gathered before its first step.</summary>
internal sealed record BuildInputs
{
    public required AppRow App { get; init; }
    public required SourceTree Source { get; init; }
    public required AppKind Kind { get; init; }
    public required BuildPlan Plan { get; init; }
    public required StackPair Stacks { get; init; }

    /// <summary>What Debian packages add to each stack; null for nothing.</summary>
    public Digest? RunPackages { get; init; }
    public Digest? BuildPackages { get; init; }

    /// <summary>What build containers stand on, bottom first.</summary>
    public IReadOnlyList<Digest> BuildLayers => BuildPackages is { } packages ? [Stacks.Build.Layer, packages] : [Stacks.Build.Layer];

    /// <summary>What instances stand on, bottom first, below the app's own layers.</summary>
    public IReadOnlyList<Digest> RunLayers => (Stacks.Run, RunPackages) switch
    {
        (null, _) => [],
        ({ } stack, null) => [stack.Layer],
        ({ } stack, { } packages) => [stack.Layer, packages],
    };

    public Manifests.Manifest Manifest { get; init; } = Manifests.Manifest.None;

    /// <summary>See <see cref="Survey.Origins"/>.</summary>
    public IReadOnlyDictionary<string, string> Origins { get; init; } = new Dictionary<string, string>();

    /// <summary>Config vars of the release that follows.</summary>
    public required IReadOnlyDictionary<string, string> Config { get; init; }
    public required IReadOnlyList<string> Domains { get; init; }

    /// <summary>The server's setting: a URL, or <c>local</c>; null for pip's own default.</summary>
    public required string? PackageIndex { get; init; }

    /// <summary>Logins to registries, by host.</summary>
    public IReadOnlyDictionary<string, RegistryLogin> Registries { get; init; } = new Dictionary<string, RegistryLogin>();

    /// <summary>App layer of the app's last image, when it is still there.</summary>
    public Digest? Previous { get; init; }

    public AppName Name => AppName.Parse(App.Handle);

    public bool LocalIndex => PackageIndex == "local";

    public string? IndexUrl => LocalIndex ? "file:///build/index/simple/" : PackageIndex;
}
