using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;

namespace Slipway.Contracts.Api;

// Shapes of the public API. Where Heroku's Platform API v3 has the resource, these are its fields (snake_case on the
// wire); what is Slipway's own lives under /slipway/.

/// <summary>A resource named inside another one.</summary>
public sealed record Reference(Guid Id, string Name);

public sealed record AccountReference(Guid Id, string Email);

public sealed record Account(Guid Id, string Email, string? Name, string Role, DateTimeOffset CreatedAt);

/// <summary>A public SSH key of an account.</summary>
/// <param name="Fingerprint"><c>SHA256:…</c></param>
public sealed record Key(Guid Id, string Comment, string Fingerprint, string PublicKey, string Email, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <param name="PublicKey">A line as in a <c>.pub</c> file.</param>
public sealed record CreateKeyRequest(string? PublicKey);

public sealed record App
{
    public required Guid Id { get; init; }
    public required AppName Name { get; init; }
    public required Uri WebUrl { get; init; }
    public required Uri GitUrl { get; init; }
    public required AccountReference Owner { get; init; }
    public required Reference Stack { get; init; }
    public required Reference BuildStack { get; init; }
    public required Reference Region { get; init; }
    public bool Maintenance { get; init; }
    public long? SlugSize { get; init; }

    /// <summary>Bytes of its repository, which nobody counts here; Heroku's client cannot show an app without a number.</summary>
    public long RepoSize => 0;
    public DateTimeOffset? ReleasedAt { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
}

public sealed record CreateAppRequest(string? Name);

public sealed record UpdateAppRequest(string? Name, bool? Maintenance);

public sealed record Release
{
    public required Guid Id { get; init; }
    public required int Version { get; init; }
    public required string Description { get; init; }

    /// <summary><c>pending</c>, <c>succeeded</c> or <c>failed</c>.</summary>
    public required string Status { get; init; }

    /// <summary>It is the one that serves.</summary>
    public required bool Current { get; init; }
    public required Reference App { get; init; }
    public required AccountReference User { get; init; }

    /// <summary>It succeeded and has code.</summary>
    public bool EligibleForRollback { get; init; }
    public Uri? OutputStreamUrl { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <param name="Release">Version number, its text (<c>v3</c>) or id of the release to go back to.</param>
public sealed record RollbackRequest(string Release);

public sealed record Formation
{
    public required Guid Id { get; init; }
    public required ProcessType Type { get; init; }
    public required int Quantity { get; init; }
    public required string Command { get; init; }
    public required Reference App { get; init; }

    /// <summary>Name of the size: <c>standard</c>.</summary>
    public required string Size { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <param name="Quantity">0 to 100.</param>
public sealed record FormationUpdate(string Type, int? Quantity, string? Size);

public sealed record BatchFormationRequest(IReadOnlyList<FormationUpdate> Updates);

/// <summary>An instance, as Heroku's clients know it.</summary>
public sealed record Dyno
{
    public required Guid Id { get; init; }

    /// <summary><c>web.1</c></summary>
    public required string Name { get; init; }
    public required string Type { get; init; }
    public required string Command { get; init; }

    /// <summary><c>starting</c>, <c>up</c>, <c>crashed</c>, <c>down</c>.</summary>
    public required string State { get; init; }
    public required string Size { get; init; }
    public required Reference App { get; init; }
    public required DynoRelease Release { get; init; }
    public string? AttachUrl { get; init; }

    /// <summary>Used now; null when it does not run.</summary>
    public long? MemoryBytes { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
}

public sealed record DynoRelease(Guid Id, int Version);

/// <param name="Command">Argument list; Heroku's clients send one string, which is split as a Procfile line is.</param>
/// <param name="Attach">True: the answer's <c>attach_url</c> is a WebSocket to talk to it.</param>
public sealed record CreateDynoRequest(
    IReadOnlyList<string> Command, IReadOnlyDictionary<string, string>? Env, string? Size, bool? Attach, bool? Terminal, ushort? Columns, ushort? Rows);

/// <param name="AcmStatus">Of automatic certificates: null where they are off, <c>cert issued</c>, <c>pending</c>, <c>failing</c>, <c>failed</c>.</param>
/// <param name="SniEndpoint">The certificate that was chosen for it; null for the best there is.</param>
public sealed record Domain(
    Guid Id, DomainName Hostname, string Kind, string? Cname, string Status, string? AcmStatus, string? AcmStatusReason, Reference? SniEndpoint, Reference App,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <param name="SniEndpoint">Name or id of one of the app's certificates.</param>
public sealed record CreateDomainRequest(string Hostname, string? SniEndpoint = null);

/// <param name="SniEndpoint">Null: the best there is.</param>
public sealed record UpdateDomainRequest(string? SniEndpoint);

public sealed record Addon
{
    public required Guid Id { get; init; }
    public required string Name { get; init; }
    public required Reference AddonService { get; init; }
    public required Reference Plan { get; init; }
    public required Reference App { get; init; }

    /// <summary><c>provisioning</c>, <c>provisioned</c>, <c>deprovisioned</c>.</summary>
    public required string State { get; init; }
    public required IReadOnlyList<string> ConfigVars { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <param name="Plan"><c>postgresql</c>, <c>mariadb</c>, <c>redis</c>, <c>redis:cache</c>; names such as Heroku's <c>heroku-postgresql:mini</c> mean the same.</param>
/// <param name="Attachment">How its config var is called, if not as usual.</param>
public sealed record CreateAddonRequest(string Plan, AttachmentName? Attachment);

/// <param name="Name"><c>DATABASE</c>: the config var is then <c>DATABASE_URL</c>.</param>
public sealed record AttachmentName(string? Name);

/// <summary>An add-on as an app has it; the app that owns it has it like this too.</summary>
public sealed record AddonAttachment
{
    public required Guid Id { get; init; }

    /// <summary><c>DATABASE</c>: its config var is <c>DATABASE_URL</c>.</summary>
    public required string Name { get; init; }
    public required AttachedAddon Addon { get; init; }
    public required Reference App { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <param name="App">The one that owns it.</param>
public sealed record AttachedAddon(Guid Id, string Name, Reference App, Reference Plan);

/// <param name="Addon">Name or id.</param>
/// <param name="App">Name or id of the app that is to have it.</param>
/// <param name="Name">Null for the usual one.</param>
public sealed record CreateAddonAttachmentRequest(string Addon, string App, string? Name);

/// <summary>Answer of POST /sources: where to put an archive, and what to name when building it.</summary>
public sealed record Source(SourceBlob SourceBlob);

public sealed record SourceBlob(Uri GetUrl, Uri PutUrl);

/// <param name="Url">The <c>get_url</c> of a source.</param>
/// <param name="Version">For people: a commit, a folder's name.</param>
public sealed record BuildSource(Uri Url, string? Version, string? Checksum);

public sealed record CreateBuildRequest(BuildSource SourceBlob);

public sealed record Build
{
    public required Guid Id { get; init; }
    public required Reference App { get; init; }

    /// <summary><c>pending</c>, <c>succeeded</c>, <c>failed</c>.</summary>
    public required string Status { get; init; }
    public required Uri OutputStreamUrl { get; init; }
    public required AccountReference User { get; init; }
    public BuildRelease? Release { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
}

public sealed record BuildRelease(Guid Id);

/// <param name="Lines">How many of the last lines to begin with; 0 to 10,000.</param>
/// <param name="Tail">Go on with new lines.</param>
/// <param name="Source"><c>app</c> or <c>router</c>; null for both.</param>
/// <param name="Dyno"><c>web</c> or <c>web.1</c>; null for all.</param>
public sealed record CreateLogSessionRequest(int? Lines, bool? Tail, string? Source, string? Dyno);

public sealed record LogSession(Guid Id, Uri LogplexUrl, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <summary>What the API says on failure besides the status.</summary>
public sealed record ErrorAnswer(string Id, string Message, string? Url, string? Why, string? Next, string? Step, IReadOnlyList<string>? Evidence, string? RequestId)
{
    public static ErrorAnswer From(SlipwayError error, string? requestId) =>
        new(error.Id, error.Message, error.Url, error.Why, error.Next, error.Step, error.Evidence, requestId);
}
