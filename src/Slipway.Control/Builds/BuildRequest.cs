using System.Text.Json.Serialization;

namespace Slipway.Control.Builds;

/// <summary>What a build container is asked, in <c>SLIPWAY_BUILD_REQUEST</c>; each field is explained in docs/build-contract.md.</summary>
internal sealed record BuildRequest
{
    public const string Variable = "SLIPWAY_BUILD_REQUEST";

    public required string Kind { get; init; }
    public required string App { get; init; }
    public required string Source { get; init; }
    public required string Root { get; init; }
    public required DependencyRequest? Dependencies { get; init; }
    public required IReadOnlyDictionary<string, string> Details { get; init; }
    public required string? IndexUrl { get; init; }
    public required IReadOnlyDictionary<string, string> ProcessTypes { get; init; }

    /// <summary>Commands of the user's own, by the step at which they run: <c>pre-build</c>, <c>build</c>, <c>post-build</c>.</summary>
    public IReadOnlyDictionary<string, string> Commands { get; init; } = new Dictionary<string, string>();
    public required string? LayerKey { get; init; }
    public string? Base { get; init; }
    public required IReadOnlyDictionary<string, string> Config { get; init; }

    /// <summary>Logins to registries, by host.</summary>
    public IReadOnlyDictionary<string, RegistryLogin> Registries { get; init; } = new Dictionary<string, RegistryLogin>();

    /// <summary>PEM.</summary>
    public string? Certificates { get; init; }
    public required IReadOnlyList<string> Domains { get; init; }
    public bool Tls { get; init; }
    public bool Database { get; init; }
}

/// <param name="Username">Empty for nobody.</param>
/// <param name="PlainHttp">The registry has no TLS.</param>
internal sealed record RegistryLogin(string Username, string Password, bool PlainHttp);

internal sealed record DependencyRequest(string Kind, string? File, IReadOnlyList<string> Files, bool NeedsSource);

/// <summary>The part of what a dependency build leaves that is shown.</summary>
internal sealed record DependencyFacts
{
    public required IReadOnlyDictionary<string, string> Packages { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(BuildRequest))]
[JsonSerializable(typeof(DependencyFacts))]
internal sealed partial class BuildsJson : JsonSerializerContext;
