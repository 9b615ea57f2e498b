using System.Text.Json.Serialization;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;

namespace Slipway.Contracts.Api;

// Shapes of the public API. Where Heroku's Platform API v3 has the resource, these are its fields (snake_case on the
// wire); what is Slipway's own lives under /slipway/.

/// <summary>A resource named inside another one.</summary>
public sealed record Reference(Guid Id, string Name);

public sealed record AccountReference(Guid Id, string Email);

/// <summary>A resource that has no other name.</summary>
public sealed record Identity(Guid Id);

public sealed record Account
{
    public required Guid Id { get; init; }
    public required string Email { get; init; }
    public string? Name { get; init; }

    /// <summary>On this server: <c>admin</c> or <c>member</c>.</summary>
    public required string Role { get; init; }
    public DateTimeOffset? LastLogin { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }

    // What Heroku says of its customers, as it is of everybody here.
    public bool AllowTracking => false;
    public bool Beta => false;
    public bool Federated => false;
    public bool Verified => true;
    public bool TwoFactorAuthentication => false;
    public string? CountryOfResidence => null;
    public Reference? DefaultOrganization => null;
    public Reference? DefaultTeam => null;
    public DateTimeOffset? DelinquentAt => null;
    public Reference? IdentityProvider => null;
    public string? SmsNumber => null;
    public DateTimeOffset? SuspendedAt => null;
}

/// <param name="Remaining">How many requests the token may still make.</param>
public sealed record RateLimits(int Remaining);

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
    public Reference? Team { get; init; }
    public Reference? Organization => Team;
    public Reference? Space => null;
    public required Reference Stack { get; init; }
    public required Reference BuildStack { get; init; }
    public required Reference Region { get; init; }

    /// <summary>Certificates are gotten by themselves.</summary>
    public bool Acm { get; init; }
    public bool? InternalRouting => null;
    public bool Maintenance { get; init; }

    /// <summary>What kind of app it is; null before the first release.</summary>
    public string? BuildpackProvidedDescription { get; init; }

    /// <summary>Bytes.</summary>
    public long? SlugSize { get; init; }
    public DateTimeOffset? ArchivedAt => null;

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
    /// <summary>Its image; null while it has none.</summary>
    public Identity? Slug { get; init; }
    public IReadOnlyList<string> AddonPlanNames { get; init; } = [];
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

/// <param name="Quantity">0 to 100, or a change that ends there.</param>
/// <param name="DockerImage">What <c>heroku container:release</c> sends; refused with what to do instead.</param>
public sealed record FormationUpdate(string Type, Scale? Quantity, string? Size, string? DockerImage = null);

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
    public required AddonPlanView Plan { get; init; }
    public required Reference App { get; init; }
    public BillingEntity? BillingEntity { get; init; }

    // Nothing is billed here, and no provider stands behind it.
    public BilledPrice BilledPrice => new(0, false, "month");
    public Guid ProviderId => Id;
    public string ProvisionMessage => "";
    public Uri? WebUrl { get; init; }
    public IReadOnlyList<string> Actions { get; init; } = [];

    /// <summary><c>provisioning</c>, <c>provisioned</c>, <c>deprovisioned</c>.</summary>
    public required string State { get; init; }
    public required IReadOnlyList<string> ConfigVars { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <param name="Type"><c>app</c></param>
public sealed record BillingEntity(Guid Id, string Name, string Type);

/// <param name="Cents">0.</param>
public sealed record BilledPrice(int Cents, bool Contract, string Unit);

public sealed record AddonConfig(string Name, string Value);

/// <param name="Plan">Another one of the same kind.</param>
public sealed record UpdateAddonRequest(string? Name, [property: JsonConverter(typeof(NamedConverter))] string? Plan);

/// <param name="Exposed">People may reach it from outside of the server, over TLS.</param>
public sealed record ExposeAddonRequest(bool? Exposed);

/// <param name="Plan"><c>postgresql</c>, <c>mariadb</c>, <c>redis</c>, <c>redis:cache</c>; names such as Heroku's <c>heroku-postgresql:mini</c> mean the same.</param>
/// <param name="Attachment">How its config var is called, if not as usual.</param>
/// <param name="Name">Of the add-on; null for one made of its app's.</param>
public sealed record CreateAddonRequest([property: JsonConverter(typeof(NamedConverter))] string? Plan, AttachmentName? Attachment, string? Name = null);

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
    public required IReadOnlyList<string> ConfigVars { get; init; }
    public string? Namespace { get; init; }
    public Uri? WebUrl { get; init; }
    public Uri? LogInputUrl { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <param name="App">The one that owns it.</param>
public sealed record AttachedAddon(Guid Id, string Name, Reference App, AddonPlanView Plan);

/// <param name="Addon">Name or id.</param>
/// <param name="App">Name or id of the app that is to have it.</param>
/// <param name="Name">Null for the usual one.</param>
/// <param name="Confirm">The app's name: the attachment may be taken from another add-on.</param>
public sealed record CreateAddonAttachmentRequest(
    [property: JsonConverter(typeof(NamedConverter))] string? Addon, [property: JsonConverter(typeof(NamedConverter))] string? App, string? Name, string? Confirm = null);

/// <summary>Answer of POST /sources: where to put an archive, and what to name when building it.</summary>
public sealed record Source(SourceBlob SourceBlob);

public sealed record SourceBlob(Uri GetUrl, Uri PutUrl);

/// <summary>All that is in a folder, without the contents: what POST /slipway/apps/APP/sources is told.</summary>
/// <param name="Folders">Paths from the folder, with slashes.</param>
/// <param name="Links">Path → target as written.</param>
public sealed record SourceManifest(IReadOnlyList<ManifestFile> Files, IReadOnlyList<string> Folders, IReadOnlyDictionary<string, string> Links);

/// <param name="Hash">SHA-256 of the content, 64 hex digits in lower case.</param>
public sealed record ManifestFile(string Path, string Hash, long Bytes, bool Executable);

/// <summary>The answer: a tar of the files that the server lacks is put to the source's <c>put_url</c>, and its <c>get_url</c> is built, once.</summary>
/// <param name="Lacks">Positions in <see cref="SourceManifest.Files"/>, rising.</param>
public sealed record PartialSource(SourceBlob SourceBlob, IReadOnlyList<int> Lacks);

/// <param name="Url">The <c>get_url</c> of a source.</param>
/// <param name="Version">For people: a commit, a folder's name.</param>
public sealed record BuildSource(Uri Url, string? Version, string? Checksum, string? VersionDescription = null);

public sealed record CreateBuildRequest(BuildSource SourceBlob);

public sealed record Build
{
    public required Guid Id { get; init; }
    public required Reference App { get; init; }

    /// <summary><c>pending</c>, <c>succeeded</c>, <c>failed</c>.</summary>
    public required string Status { get; init; }
    public required Uri OutputStreamUrl { get; init; }
    public required AccountReference User { get; init; }
    public Identity? Release { get; init; }
    public Identity? Slug { get; init; }
    public required BuildSource SourceBlob { get; init; }

    /// <summary>What built it: the kind of app, once that is known.</summary>
    public IReadOnlyList<BuildpackReference> Buildpacks { get; init; } = [];
    public string? Stack { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <param name="Url">Where it comes from; the name again where it comes with Slipway.</param>
public sealed record BuildpackReference(string Name, string Url);

/// <param name="Lines">How many of the last lines to begin with; 0 to 10,000.</param>
/// <param name="Tail">Go on with new lines.</param>
/// <param name="Source"><c>app</c> or <c>router</c>; null for both.</param>
/// <param name="Dyno"><c>web</c> or <c>web.1</c>; null for all.</param>
public sealed record CreateLogSessionRequest(int? Lines, bool? Tail, string? Source, string? Dyno);

public sealed record LogSession(Guid Id, Uri LogplexUrl, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <summary>What the API says on failure besides the status.</summary>
/// <param name="Id">To clients that ask for Heroku's media type, Heroku's id of the status; else the same as <paramref name="Code"/>.</param>
/// <param name="Code">Stable code of this very failure.</param>
/// <param name="Resource">What a 404 did not find.</param>
public sealed record ErrorAnswer(
    string Id, string Message, string? Url, string? Code, string? Resource, string? Why, string? Next, string? Step, IReadOnlyList<string>? Evidence, string? RequestId)
{
    public static ErrorAnswer From(SlipwayError error, string? requestId) =>
        new(error.Id, error.Message, error.Url, error.Id, error.Resource, error.Why, error.Next, error.Step, error.Evidence, requestId);
}
