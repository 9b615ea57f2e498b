namespace Slipway.Control.Store;

/// <summary>The making of an app from a source and its app.json: by a button, by the API, as a review app.</summary>
internal sealed class SetupRow
{
    public long Id { get; set; }
    public Guid Uuid { get; set; }
    public long AccountId { get; set; }
    public AccountRow? Account { get; set; }

    /// <summary>Null once the app is gone.</summary>
    public long? AppId { get; set; }
    public Guid AppUuid { get; set; }
    public required string AppName { get; set; }

    /// <summary>One of app.json's <c>environments</c>; null for the file as it is.</summary>
    public string? Environment { get; set; }

    /// <summary>Address that the source is fetched from: sealed. Null where the source was here before, and at the end.</summary>
    public string? Source { get; set; }
    public string? SourceDigest { get; set; }

    /// <summary>For people: a commit, an address.</summary>
    public string? Version { get; set; }

    /// <summary>Config vars given by whoever asked for it: sealed JSON of a string map. Emptied at the end.</summary>
    public required string Given { get; set; }

    /// <summary>One of <see cref="Setups.SetupStatus"/>.</summary>
    public required string Status { get; set; }

    /// <summary>JSON of <see cref="Contracts.Errors.SlipwayError"/>: why it failed, or is about to.</summary>
    public string? Error { get; set; }

    /// <summary>Set before app.json's postdeploy is started, which is run once.</summary>
    public DateTimeOffset? PostDeployAt { get; set; }
    public int? PostDeployExit { get; set; }

    /// <summary>Where app.json sends one from here: an address, or a path of the app's.</summary>
    public string? SuccessUrl { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }
}

/// <summary>Apps that are stages of the same code, and what its review apps are made from.</summary>
internal sealed class PipelineRow
{
    public long Id { get; set; }
    public Guid Uuid { get; set; }
    public required string Name { get; set; }
    public long OwnerId { get; set; }
    public AccountRow? Owner { get; set; }

    /// <summary>URL of the repository whose branches become review apps, with what it takes to read it: sealed.</summary>
    public string? Repository { get; set; }

    /// <summary>Whether there may be review apps.</summary>
    public bool Reviews { get; set; }
    public bool AutomaticReviews { get; set; }
    public bool WaitForCi { get; set; }
    public bool DestroyStale { get; set; }
    public int StaleDays { get; set; }

    /// <summary>Beginning of the names of review apps; null for the pipeline's own name.</summary>
    public string? BaseName { get; set; }

    /// <summary>Config vars of each review app: sealed JSON of a string map.</summary>
    public required string ReviewConfig { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }
}

/// <summary>An app in a pipeline.</summary>
internal sealed class CouplingRow
{
    public long Id { get; set; }
    public Guid Uuid { get; set; }
    public long PipelineId { get; set; }
    public long AppId { get; set; }

    /// <summary>One of <see cref="Pipelines.Stage"/>.</summary>
    public required string Stage { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }
}

/// <summary>An image that went from one app of a pipeline to others.</summary>
internal sealed class PromotionRow
{
    public long Id { get; set; }
    public Guid Uuid { get; set; }
    public long PipelineId { get; set; }
    public long AccountId { get; set; }
    public Guid SourceApp { get; set; }
    public Guid SourceRelease { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }
}

internal sealed class PromotionTargetRow
{
    public long Id { get; set; }
    public Guid Uuid { get; set; }
    public long PromotionId { get; set; }
    public Guid App { get; set; }

    /// <summary>Null until it is numbered, and where it never was.</summary>
    public Guid? Release { get; set; }

    /// <summary>One of <see cref="Pipelines.PromotionStatus"/>.</summary>
    public required string Status { get; set; }
    public string? Error { get; set; }
}

/// <summary>An app of its own for a branch, for as long as the branch is of interest.</summary>
internal sealed class ReviewAppRow
{
    public long Id { get; set; }
    public Guid Uuid { get; set; }
    public long PipelineId { get; set; }
    public long AccountId { get; set; }
    public AccountRow? Account { get; set; }
    public long SetupId { get; set; }
    public SetupRow? Setup { get; set; }

    /// <summary>Null once the app is gone.</summary>
    public long? AppId { get; set; }
    public required string Branch { get; set; }
    public int? PullRequest { get; set; }

    /// <summary>Set when its end began; it goes on to the end, whatever crashes.</summary>
    public DateTimeOffset? DeletedAt { get; set; }

    /// <summary>Set before app.json's pr-predestroy is started, which is run once.</summary>
    public DateTimeOffset? PreDestroyAt { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }
}
