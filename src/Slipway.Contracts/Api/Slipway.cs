using System.Text.Json.Serialization;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;

namespace Slipway.Contracts.Api;

/// <summary>A deploy, at <c>/slipway/apps/{app}/deploys/{id}</c>; <c>…/events</c> streams its <see cref="Deploys.DeployEvent"/>s as JSON lines.</summary>
public sealed record Deploy
{
    public required Guid Id { get; init; }
    public required Reference App { get; init; }

    /// <summary><c>source</c>, <c>config</c>, <c>rollback</c>, <c>scale</c>, <c>addon</c>, <c>setup</c>, <c>promotion</c>.</summary>
    public required string Kind { get; init; }

    /// <summary><c>pending</c>, <c>running</c>, <c>succeeded</c>, <c>failed</c>.</summary>
    public required string Status { get; init; }
    public required string Actor { get; init; }
    public int? Release { get; init; }
    public string? SourceDigest { get; init; }
    public SlipwayError? Error { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
}

/// <summary>Where the value of a Django setting comes from.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<SettingOrigin>))]
public enum SettingOrigin { Yours, Slipway, Default }

/// <summary>One setting of a Django app as it is in production.</summary>
/// <param name="Value">Python's repr, shortened; secrets masked.</param>
/// <param name="Why">Why Slipway set it, or left it alone.</param>
/// <param name="TakeBack">How to have your own value instead; null where it is yours already.</param>
public sealed record DjangoSetting(string Name, string Value, SettingOrigin Origin, string? Why, string? TakeBack);

/// <summary><c>GET /slipway/apps/{app}/addons/{addon}</c>: also what it says of itself now.</summary>
/// <param name="PlanWords">What the plan gives.</param>
/// <param name="Host">Name by which the app reaches it.</param>
public sealed record AddonDetails(
    Addon Addon, string PlanWords, string Host, int Port, IReadOnlyList<AddonFact> Facts, IReadOnlyList<AddonAttachment> Attachments);

/// <summary><c>Size</c>: <c>7 MiB</c>.</summary>
public sealed record AddonFact(string Name, string Value);

/// <summary>A command that an app has run at times, as its app.json says.</summary>
/// <param name="Overlap"><c>skip</c>, <c>queue</c> or <c>kill-old</c>: what happens when one is due while another runs.</param>
/// <param name="Missed"><c>run</c> or <c>skip</c>: what happens to times that passed while slipwayd did not run.</param>
/// <param name="NextAt">Null when it is never due again.</param>
public sealed record CronJob(
    string Name, string Command, string Schedule, string TimeZone, string Overlap, string Missed, string Size, int TimeLimitSeconds,
    DateTimeOffset? NextAt, CronRun? Last);

/// <summary>One time that a cron command was due, or asked for by hand, and what came of it.</summary>
/// <param name="Instance"><c>cron.12</c>: its lines in the log.</param>
/// <param name="State"><c>waiting</c>, <c>running</c>, <c>succeeded</c>, <c>failed</c>, <c>skipped</c>, <c>unknown</c>.</param>
/// <param name="DueAt">Null when somebody asked for it.</param>
/// <param name="Note">Why it was skipped, late or ended.</param>
public sealed record CronRun(
    Guid Id, string Name, string Instance, string Command, string State, string? Note, int? Release, DateTimeOffset? DueAt, DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt, int? ExitCode);

public sealed record Volume(VolumeName Name, string MountPath, long SizeBytes, DateTimeOffset CreatedAt);

public sealed record Event(Guid Id, DateTimeOffset At, string Actor, string Action, string Target, string? Before, string? After, string Result);

/// <summary>Where a forge reports pushes to a repository, whose branch is then deployed.</summary>
/// <param name="Repository">Without the password that it may have been given with.</param>
/// <param name="Secret">What deliveries are signed with; in the answer that made it, and never again.</param>
public sealed record Webhook(Uri Url, Uri Repository, string Branch, string? Secret, DateTimeOffset CreatedAt);

/// <param name="Branch">Null for <c>main</c>.</param>
public sealed record SetWebhookRequest(string? Repository, string? Branch);

/// <summary>A login to a registry of images.</summary>
/// <param name="Host"><c>ghcr.io</c></param>
/// <param name="Username">Null where it is read without a login.</param>
/// <param name="PlainHttp">The registry has no TLS.</param>
public sealed record Registry(Guid Id, string Host, string? Username, bool PlainHttp, DateTimeOffset CreatedAt);

/// <param name="Password">Or a token. Kept sealed, and never shown.</param>
public sealed record RegistryLoginRequest(string? Username, string? Password, bool? PlainHttp);

/// <param name="Image"><c>ghcr.io/ada/blog:1.4</c>, or with <c>@sha256:…</c>.</param>
/// <param name="Version">For people: what this deploy is.</param>
public sealed record DeployImageRequest(string? Image, string? Version);

/// <param name="Role"><c>admin</c> or <c>member</c> (default).</param>
public sealed record CreateAccountRequest(string Email, string? Role);

/// <param name="Token">Shown this once.</param>
public sealed record NewAccount(Account Account, string Token);

/// <summary><c>GET /slipway/server</c></summary>
/// <param name="SshUrl">Where git over SSH goes: <c>ssh://git@slipway.example.org:2222/</c>, then APP.git.</param>
public sealed record Server(
    string Version, RunnerInfo Runner, long RoutingRevision, string? EdgeVersion, IReadOnlyList<StackInfo> Stacks, int Apps,
    IReadOnlyDictionary<string, string> Settings, Uri SshUrl);

/// <summary>Settings of the whole server; <c>PATCH /slipway/server/settings</c>, null takes one back to its default.</summary>
public static class ServerSettings
{
    /// <summary>URL of a pip index, or <c>local</c> for the one on the server's disk.</summary>
    public const string PackageIndex = "package-index";

    /// <summary><see cref="Allow"/>: sources may be fetched from this server's own network; else from the internet alone.</summary>
    public const string PrivateSources = "private-sources";

    public const string Allow = "allow";
}
