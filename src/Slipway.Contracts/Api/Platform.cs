namespace Slipway.Contracts.Api;

// What Heroku's platform is made of, as far as this server has its like: Heroku's fields.

/// <param name="Region">One of a cloud's names, as Heroku's schema wants it; it says nothing here.</param>
public sealed record Provider(string Name, string Region);

public sealed record Region
{
    public required Guid Id { get; init; }
    public required string Name { get; init; }
    public required string Description { get; init; }
    public required string Country { get; init; }
    public required string Locale { get; init; }
    public bool PrivateCapable => false;
    public required Provider Provider { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
}

public sealed record Stack
{
    public required Guid Id { get; init; }
    public required string Name { get; init; }

    /// <summary><c>public</c>: built on this server.</summary>
    public string State => "public";
    public required bool Default { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>How big an instance is.</summary>
public sealed record DynoSize
{
    public required Guid Id { get; init; }
    public required string Name { get; init; }

    /// <summary>Processors, as Heroku counts: 1 for each.</summary>
    public required int Compute { get; init; }

    /// <summary>GB, as Heroku has it.</summary>
    public required double Memory { get; init; }
    public IReadOnlyDictionary<string, string>? Cost => null;
    public bool Dedicated => false;
    public required int DynoUnits { get; init; }
    public required double PreciseDynoUnits { get; init; }
    public bool PrivateSpaceOnly => false;
    public string Architecture => "amd64";
}

/// <summary>An image, in Heroku's older words.</summary>
public sealed record Slug
{
    public required Guid Id { get; init; }

    /// <summary>Where it could be fetched, if the server gave images away one by one.</summary>
    public required SlugBlob Blob { get; init; }
    public string? BuildpackProvidedDescription { get; init; }
    public string? Checksum { get; init; }
    public string? Commit { get; init; }
    public string? CommitDescription { get; init; }
    public required IReadOnlyDictionary<string, string> ProcessTypes { get; init; }

    /// <summary>Bytes.</summary>
    public long? Size { get; init; }
    public required Reference Stack { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
}

public sealed record SlugBlob(string Method, Uri Url);

/// <param name="Ordinal">Its place in the order in which they run, from 0.</param>
public sealed record BuildpackInstallation(BuildpackReference Buildpack, int Ordinal);

public sealed record UpdateBuildpacksRequest(IReadOnlyList<WantedBuildpack>? Updates);

/// <param name="Buildpack">A URL, or a name.</param>
public sealed record WantedBuildpack(string? Buildpack);
