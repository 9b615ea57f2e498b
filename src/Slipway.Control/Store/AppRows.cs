namespace Slipway.Control.Store;

/// <summary>Where a candidate release stands; the whole state of a swap, so that a crash in it is decided by one column.</summary>
internal enum CandidatePhase
{
    /// <summary>Its web instances are to run beside the current ones, unrouted.</summary>
    Starting,

    /// <summary>Routes point to it; the current release's instances still run. Until the promotion is committed, a restart goes back.</summary>
    Swapping,
}

internal sealed class AppRow
{
    public long Id { get; set; }
    public Guid Uuid { get; set; }
    public required string Name { get; set; }

    /// <summary>The name that it was made with, once it has another.</summary>
    public string? FirstName { get; set; }

    /// <summary>The name under which its instances, volumes and logs are: its first, which stays. Computed by the database, so that no two are the same.</summary>
    public string Handle { get => field ?? FirstName ?? Name; private set; }

    /// <summary>Unix uid of all its instances and files.</summary>
    public int Uid { get; set; }

    /// <summary>Whose it is; of a team's app, who made it.</summary>
    public long OwnerId { get; set; }
    public AccountRow? Owner { get; set; }

    /// <summary>The team that it belongs to, if any.</summary>
    public long? TeamId { get; set; }
    public TeamRow? Team { get; set; }

    /// <summary>The team's members see it only where they were given it.</summary>
    public bool Locked { get; set; }
    public bool Maintenance { get; set; }

    /// <summary>Requests over HTTP are sent to HTTPS.</summary>
    public bool HttpsOnly { get; set; }

    /// <summary>Its domains get certificates by ACME.</summary>
    public bool Acm { get; set; }

    /// <summary>The release that serves. Null before the first success.</summary>
    public long? CurrentReleaseId { get; set; }

    /// <summary>The release that is being rolled out, if any.</summary>
    public long? CandidateReleaseId { get; set; }
    public CandidatePhase? CandidatePhase { get; set; }

    /// <summary>SECRET_KEY and the like, made once: sealed JSON of a string map.</summary>
    public required string GeneratedSecrets { get; set; }

    /// <summary>The config vars that the next release begins from: sealed JSON of a string map.</summary>
    public required string ConfigVars { get; set; }

    /// <summary>Hash of what Django's <c>migrate</c> read when it last succeeded and of what it left; null when that is not known.</summary>
    public string? Migrated { get; set; }

    /// <summary>Set when destruction began; the reconciler finishes it, whatever crashes.</summary>
    public DateTimeOffset? DestroyedAt { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>Changes with every write; two writers at once are told apart.</summary>
    public Guid Revision { get; set; }
}

/// <summary>A feature that an app turned on; what is off has no row.</summary>
internal sealed class AppFeatureRow
{
    public long Id { get; set; }
    public long AppId { get; set; }

    /// <summary>Name of one of <see cref="Apps.AppFeature"/>.</summary>
    public required string Name { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
}

internal sealed class FormationRow
{
    public long Id { get; set; }
    public Guid Uuid { get; set; }
    public long AppId { get; set; }
    public required string ProcessType { get; set; }
    public int Quantity { get; set; }

    /// <summary>Name of a size in <see cref="Instances.InstanceSize"/>.</summary>
    public required string Size { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }
}

internal sealed class DomainRow
{
    public long Id { get; set; }
    public Guid Uuid { get; set; }
    public long AppId { get; set; }
    public required string Hostname { get; set; }

    /// <summary>The certificate that a user chose for it; null: whichever is best.</summary>
    public long? CertificateId { get; set; }

    /// <summary>Where its automatic certificate stands, in Heroku's words; null where the app wants none.</summary>
    public string? AcmStatus { get; set; }
    public string? AcmReason { get; set; }

    /// <summary>What the certificate authority asks for now, and the answer.</summary>
    public string? AcmToken { get; set; }
    public string? AcmAnswer { get; set; }
    public int AcmFailures { get; set; }
    public DateTimeOffset? AcmNextAt { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
}

/// <summary>A certificate with its key, and whom it serves.</summary>
internal sealed class CertificateRow
{
    public long Id { get; set; }
    public Guid Uuid { get; set; }

    /// <summary>Null for the server's own.</summary>
    public long? AppId { get; set; }

    /// <summary>One of <see cref="Certificates.CertificateKind"/>.</summary>
    public required string Kind { get; set; }

    /// <summary>Of an SNI endpoint: <c>quiet-harbor-4821</c>.</summary>
    public required string Name { get; set; }

    /// <summary>What the edge knows it by: <see cref="Contracts.Routing.CertificateFile.IdOf"/>.</summary>
    public required string FileId { get; set; }

    /// <summary>PEM, the host's certificate first.</summary>
    public required string Chain { get; set; }

    /// <summary>PEM: sealed.</summary>
    public required string Key { get; set; }

    /// <summary>JSON array of the host names that it is for.</summary>
    public required string Names { get; set; }
    public DateTimeOffset StartsAt { get; set; }
    public DateTimeOffset ExpiresAt { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }
}

internal sealed class VolumeRow
{
    public long Id { get; set; }
    public long AppId { get; set; }
    public required string Name { get; set; }
    public required string MountPath { get; set; }
    public long SizeBytes { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
}

/// <summary>Where an app's log goes besides.</summary>
internal sealed class LogDrainRow
{
    public long Id { get; set; }
    public Guid Uuid { get; set; }
    public long AppId { get; set; }
    public AppRow? App { get; set; }

    /// <summary>Sealed: it may hold a password.</summary>
    public required string Url { get; set; }

    /// <summary><c>d.UUID</c>: by which the receiver tells apps apart.</summary>
    public required string Token { get; set; }

    /// <summary>Lines up to this time were taken by the receiver, or dropped.</summary>
    public DateTimeOffset DeliveredUntil { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }
}

internal sealed class WebhookRow
{
    public long Id { get; set; }
    public Guid Uuid { get; set; }
    public long AppId { get; set; }

    /// <summary>URL of the repository, with what it takes to read it: sealed.</summary>
    public required string Repository { get; set; }
    public required string Branch { get; set; }

    /// <summary>What deliveries are signed with: sealed.</summary>
    public required string Secret { get; set; }

    /// <summary>JSON array of the last deliveries' ids.</summary>
    public required string Seen { get; set; }

    /// <summary>How many deploys were asked for…</summary>
    public long Wanted { get; set; }

    /// <summary>…and up to which of them one was started.</summary>
    public long Started { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
}

/// <summary>As whom images are read from a registry.</summary>
internal sealed class RegistryLoginRow
{
    public long Id { get; set; }
    public Guid Uuid { get; set; }

    /// <summary>Null for the server's, of all apps.</summary>
    public long? AppId { get; set; }

    /// <summary><c>ghcr.io</c>, <c>registry.example.org:5000</c></summary>
    public required string Host { get; set; }

    /// <summary>Empty where there is no login, only <see cref="PlainHttp"/>.</summary>
    public required string Username { get; set; }

    /// <summary>Sealed.</summary>
    public required string Password { get; set; }

    /// <summary>It has no TLS.</summary>
    public bool PlainHttp { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
}
