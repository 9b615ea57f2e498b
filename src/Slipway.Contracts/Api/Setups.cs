using Slipway.Contracts.Errors;

namespace Slipway.Contracts.Api;

/// <summary>The making of an app from a source with an app.json; Heroku's <c>app-setup</c>.</summary>
public sealed record AppSetup
{
    public required Guid Id { get; init; }
    public required Reference App { get; init; }
    public AppSetupBuild? Build { get; init; }

    /// <summary><c>pending</c>, <c>succeeded</c> or <c>failed</c>.</summary>
    public required string Status { get; init; }
    public string? FailureMessage { get; init; }

    /// <summary>What is wrong with app.json, a line each.</summary>
    public required IReadOnlyList<string> ManifestErrors { get; init; }
    public AppSetupPostdeploy? Postdeploy { get; init; }
    public string? ResolvedSuccessUrl { get; init; }

    /// <summary>Slipway's own: the failure in whole.</summary>
    public SlipwayError? Error { get; init; }

    /// <summary>Slipway's own: what there is of it by now, for people.</summary>
    public required IReadOnlyList<string> Created { get; init; }

    /// <summary>Slipway's own: one of app.json's environments; null for the file as it is.</summary>
    public string? Environment { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <param name="Id">Also of the deploy that makes it, at <c>/slipway/apps/{app}/deploys/{id}</c>.</param>
public sealed record AppSetupBuild(Guid Id, string Status, Uri OutputStreamUrl);

public sealed record AppSetupPostdeploy(string Output, int ExitCode);

/// <param name="SourceBlob">Its URL is an upload's <c>get_url</c>, of an archive, of a repository, or of a page about one.</param>
/// <param name="Environment">Slipway's own: one of app.json's environments.</param>
public sealed record CreateAppSetupRequest(SetupSource? SourceBlob, SetupApp? App, SetupOverrides? Overrides, string? Environment);

public sealed record SetupSource(string? Url, string? Checksum, string? Version);

public sealed record SetupApp(string? Name);

/// <param name="Env">An empty text is the wish for no value.</param>
public sealed record SetupOverrides(IReadOnlyDictionary<string, string?>? Env, IReadOnlyList<SetupBuildpack>? Buildpacks);

public sealed record SetupBuildpack(string? Url);

/// <summary><c>GET /slipway/names/{name}</c></summary>
/// <param name="Why">Null where it can be had.</param>
public sealed record NameCheck(string Name, bool Available, SlipwayError? Why);
