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

    /// <summary>Config vars of the release that follows.</summary>
    public required IReadOnlyDictionary<string, string> Config { get; init; }
    public required IReadOnlyList<string> Domains { get; init; }

    /// <summary>The server's setting: a URL, or <c>local</c>; null for pip's own default.</summary>
    public required string? PackageIndex { get; init; }

    /// <summary>App layer of the app's last image, when it is still there.</summary>
    public Digest? Previous { get; init; }

    public AppName Name => AppName.Parse(App.Name);

    public bool LocalIndex => PackageIndex == "local";

    public string? IndexUrl => LocalIndex ? "file:///build/index/simple/" : PackageIndex;
}
