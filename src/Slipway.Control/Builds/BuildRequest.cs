using System.Text.Json.Serialization;
using Slipway.Contracts;

namespace Slipway.Control.Builds;

/// <summary>What a build container is asked, in <c>SLIPWAY_BUILD_REQUEST</c>; each field is explained in docs/build-contract.md.</summary>
internal sealed record BuildRequest
{
    public const string Variable = "SLIPWAY_BUILD_REQUEST";

    public required string App { get; init; }
    public string Source { get; init; } = "/source";
    public required string Root { get; init; }
    public required string? ManagePy { get; init; }
    public required DependencyRequest Dependencies { get; init; }
    public required string? DjangoVersion { get; init; }
    public required string? IndexUrl { get; init; }
    public required IReadOnlyDictionary<string, string> ProcessTypes { get; init; }
    public required string LayerKey { get; init; }
    public string? Base { get; init; }
    public required IReadOnlyDictionary<string, string> Config { get; init; }
    public required IReadOnlyList<string> Domains { get; init; }
    public bool Tls { get; init; }
    public bool Database { get; init; }
}

internal sealed record DependencyRequest(DependencyKind Kind, string? File, IReadOnlyList<string> Files, bool NeedsSource);

/// <summary>What <c>/venv/slipway.json</c> tells of a dependency layer.</summary>
internal sealed record DependencyFacts
{
    public string? Python { get; init; }
    public IReadOnlyDictionary<string, string> Packages { get; init; } = new Dictionary<string, string>();

    /// <summary>What the platform added and why.</summary>
    public IReadOnlyDictionary<string, string> Added { get; init; } = new Dictionary<string, string>();
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(BuildRequest))]
[JsonSerializable(typeof(DependencyFacts))]
internal sealed partial class BuildsJson : JsonSerializerContext;
