using Slipway.Contracts.Deploys;

namespace Slipway.Control.Store;

internal sealed class ImageRow
{
    public long Id { get; set; }
    public Guid Uuid { get; set; }
    public long AppId { get; set; }

    /// <summary>JSON array of digests, bottom first.</summary>
    public required string Layers { get; set; }

    /// <summary>JSON of <see cref="Images.ImageFacts"/>.</summary>
    public required string Facts { get; set; }
    public required string SourceDigest { get; set; }

    /// <summary>What kind of app it is, as its facts say.</summary>
    public string Kind { get; set; } = "";
    public long Bytes { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
}

internal enum ReleaseStatus { Pending, Succeeded, Failed }

/// <summary>Immutable once written, but for <see cref="Status"/>.</summary>
internal sealed class ReleaseRow
{
    public long Id { get; set; }
    public Guid Uuid { get; set; }
    public long AppId { get; set; }
    public int Version { get; set; }
    public long? ImageId { get; set; }
    public ImageRow? Image { get; set; }
    public required string Description { get; set; }
    public long AccountId { get; set; }
    public AccountRow? Account { get; set; }
    public ReleaseStatus Status { get; set; }

    /// <summary>Whole environment as set by user and add-ons: sealed JSON of a string map.</summary>
    public required string ConfigVars { get; set; }

    /// <summary>JSON map of process type to command line.</summary>
    public required string ProcessTypes { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }
}

internal sealed class DeployRow
{
    public long Id { get; set; }
    public Guid Uuid { get; set; }
    public long AppId { get; set; }
    public DeployKind Kind { get; set; }
    public DeployStatus Status { get; set; }
    public long AccountId { get; set; }
    public AccountRow? Account { get; set; }
    public string? SourceDigest { get; set; }

    /// <summary>For people: a commit, a folder's name.</summary>
    public string? SourceVersion { get; set; }

    /// <summary>Where the source was fetched from, if it was.</summary>
    public string? SourceUrl { get; set; }
    public long? ImageId { get; set; }
    public long? ReleaseId { get; set; }

    /// <summary>JSON of <see cref="Contracts.Errors.SlipwayError"/>.</summary>
    public string? Error { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset? FinishedAt { get; set; }
}

/// <summary>Which layer a set of inputs gave: what makes a dependency layer shared and a step skippable.</summary>
internal sealed class LayerKeyRow
{
    public long Id { get; set; }

    /// <summary>SHA-256 of the inputs (lock files, Python version, stack, index).</summary>
    public required string Key { get; set; }
    public required string Layer { get; set; }
    public long Bytes { get; set; }

    /// <summary>JSON that the build said of it, e.g. what was installed.</summary>
    public required string Facts { get; set; }
    public DateTimeOffset UsedAt { get; set; }
}
