using Slipway.Contracts.Deploys;

namespace Slipway.Control.Store;

// One class a table. Rows are plain: rules live with the nouns that own them (Apps/, Releases/, …).
// Names are stored as text and made typed where they leave the store. Texts marked 'sealed' are encrypted by Secrets/.

internal sealed class AccountRow
{
    public long Id { get; set; }
    public Guid Uuid { get; set; }
    public required string Email { get; set; }

    /// <summary><c>admin</c> or <c>member</c>.</summary>
    public required string Role { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
}

internal sealed class TokenRow
{
    public long Id { get; set; }
    public Guid Uuid { get; set; }
    public long AccountId { get; set; }
    public AccountRow? Account { get; set; }

    /// <summary>SHA-256 of the token (256 random bits, so no salt is needed), lower-case hex.</summary>
    public required string Hash { get; set; }
    public required string Description { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset? ExpiresAt { get; set; }
}

internal sealed class SshKeyRow
{
    public long Id { get; set; }
    public Guid Uuid { get; set; }
    public long AccountId { get; set; }
    public AccountRow? Account { get; set; }

    /// <summary><c>SHA256:…</c></summary>
    public required string Fingerprint { get; set; }

    /// <summary>Type, base64, comment.</summary>
    public required string PublicKey { get; set; }
    public required string Comment { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
}

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

    /// <summary>Unix uid of all its instances and files.</summary>
    public int Uid { get; set; }
    public long OwnerId { get; set; }
    public AccountRow? Owner { get; set; }
    public bool Maintenance { get; set; }

    /// <summary>Requests over HTTP are sent to HTTPS.</summary>
    public bool HttpsOnly { get; set; }

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

internal sealed class AddonRow
{
    public long Id { get; set; }
    public Guid Uuid { get; set; }

    /// <summary>The app that owns it; others may have it attached.</summary>
    public long AppId { get; set; }
    public long ServerId { get; set; }

    /// <summary><c>postgresql</c>, <c>mariadb</c>, <c>redis</c></summary>
    public required string Service { get; set; }

    /// <summary>Name of one of its kind's plans.</summary>
    public required string Plan { get; set; }
    public required string Name { get; set; }

    /// <summary>One of <see cref="Addons.AddonState"/>.</summary>
    public required string State { get; set; }

    /// <summary>Where it is and how to get in: a sealed URL.</summary>
    public required string Url { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
}

/// <summary>An add-on as an app has it: the URL is its config var <c>NAME_URL</c>.</summary>
internal sealed class AddonAttachmentRow
{
    public long Id { get; set; }
    public Guid Uuid { get; set; }
    public long AddonId { get; set; }
    public long AppId { get; set; }

    /// <summary><c>DATABASE</c></summary>
    public required string Name { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
}

/// <summary>A server that Slipway runs for add-ons: one that many share, or one of a single add-on.</summary>
internal sealed class AddonServerRow
{
    public long Id { get; set; }

    /// <summary>Also in a file on its volume: the two say together which data are its own.</summary>
    public Guid Uuid { get; set; }
    public required string Service { get; set; }

    /// <summary>The name under which its instance, volume and log are, in place of an app's: <c>slipway-postgres</c>.</summary>
    public required string Name { get; set; }

    /// <summary><see cref="Contracts.Runner.InstanceSpec.AddonAddress"/>.</summary>
    public int Address { get; set; }

    /// <summary>It has answered, so there may be data: an empty volume is from then on a lost one.</summary>
    public bool HasData { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
}

/// <summary>How far the due times of a cron entry are dealt with.</summary>
internal sealed class CronClockRow
{
    public long Id { get; set; }
    public long AppId { get; set; }
    public required string Name { get; set; }

    /// <summary>Schedule and time zone: with another one the entry begins anew.</summary>
    public required string Schedule { get; set; }
    public DateTimeOffset HandledUntil { get; set; }
}

/// <summary>A due time of a cron entry, or a run asked for by hand, and what came of it.</summary>
internal sealed class CronRunRow
{
    public long Id { get; set; }
    public Guid Uuid { get; set; }
    public long AppId { get; set; }

    /// <summary>Of the entry.</summary>
    public required string Name { get; set; }
    public required string Command { get; set; }

    /// <summary>Null when somebody asked for it.</summary>
    public DateTimeOffset? DueAt { get; set; }

    /// <summary>One of <see cref="Cron.CronRunState"/>.</summary>
    public required string State { get; set; }
    public string? Note { get; set; }

    /// <summary>Number of the release that it ran in.</summary>
    public int? Release { get; set; }

    /// <summary>Chosen before it is started, so that a start that was cut off is told from one that was not made.</summary>
    public string? InstanceId { get; set; }
    public required string Size { get; set; }
    public int TimeLimitSeconds { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset? StartedAt { get; set; }
    public DateTimeOffset? FinishedAt { get; set; }
    public int? ExitCode { get; set; }
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
    public long? ImageId { get; set; }
    public long? ReleaseId { get; set; }

    /// <summary>JSON of <see cref="Contracts.Errors.SlipwayError"/>.</summary>
    public string? Error { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset? FinishedAt { get; set; }
}

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

    /// <summary>Where one goes from here.</summary>
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

internal sealed class EventRow
{
    public long Id { get; set; }
    public Guid Uuid { get; set; }
    public DateTimeOffset At { get; set; }
    public required string Actor { get; set; }
    public required string Action { get; set; }
    public required string Target { get; set; }

    /// <summary>App that it concerns; outlives the app, so it is no foreign key.</summary>
    public Guid? AppUuid { get; set; }
    public string? Before { get; set; }
    public string? After { get; set; }
    public required string Result { get; set; }
}

internal sealed class SettingRow
{
    public long Id { get; set; }
    public required string Key { get; set; }
    public required string Value { get; set; }
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
