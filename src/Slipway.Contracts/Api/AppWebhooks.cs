using System.Text.Json;

namespace Slipway.Contracts.Api;

/// <summary>Who is told of what becomes of an app.</summary>
/// <param name="Include">Of what: <c>api:release</c>, <c>dyno</c>, …</param>
/// <param name="Level"><c>notify</c>: told once; <c>sync</c>: again until it is taken.</param>
public sealed record AppWebhook(Guid Id, IReadOnlyList<string> Include, string Level, Uri Url, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <param name="Secret">What deliveries are signed with; made up where there is none.</param>
/// <param name="Authorization">Sent as the <c>Authorization</c> header of each delivery.</param>
public sealed record CreateAppWebhookRequest(
    IReadOnlyList<string>? Include = null, string? Level = null, string? Url = null, string? Secret = null, string? Authorization = null);

/// <summary>What is not named stays.</summary>
public sealed record UpdateAppWebhookRequest(
    IReadOnlyList<string>? Include = null, string? Level = null, string? Url = null, string? Secret = null, string? Authorization = null);

/// <summary>Something that became of an app.</summary>
public sealed record AppWebhookEvent(Guid Id, string Include, AppWebhookPayload Payload, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

public sealed record AppWebhookPayload
{
    public required Guid Id { get; init; }

    /// <summary><c>create</c>, <c>update</c>, <c>destroy</c>.</summary>
    public required string Action { get; init; }
    public required AccountReference Actor { get; init; }

    /// <summary>The resource as the API shows it; of a destroyed one, as it was.</summary>
    public required JsonElement Data { get; init; }

    /// <summary>Those of its fields that were otherwise before.</summary>
    public required JsonElement PreviousData { get; init; }
    public required string Resource { get; init; }
    public string Version { get; init; } = "application/vnd.heroku+json; version=3";
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
    public DateTimeOffset? PublishedAt { get; init; }

    /// <summary>Grows with every event of the app.</summary>
    public long? Sequence { get; init; }

    /// <summary>Only in what is delivered: which delivery it is.</summary>
    public AppWebhookMetadata? WebhookMetadata { get; init; }
}

public sealed record AppWebhookMetadata(Identity Attempt, Identity Delivery, AppWebhookEventReference Event, Identity Webhook);

/// <param name="Include">Of what it tells.</param>
public sealed record AppWebhookEventReference(Guid Id, string Include);

/// <summary>One event on its way to one webhook.</summary>
public sealed record AppWebhookDelivery
{
    public required Guid Id { get; init; }
    public required AppWebhookEventReference Event { get; init; }
    public required AppWebhookReference Webhook { get; init; }

    /// <summary><c>pending</c>, <c>retrying</c>, <c>succeeded</c>, <c>failed</c>.</summary>
    public required string Status { get; init; }
    public required int NumAttempts { get; init; }
    public DateTimeOffset? NextAttemptAt { get; init; }
    public AppWebhookAttempt? LastAttempt { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
}

public sealed record AppWebhookReference(Guid Id, string Level);

/// <param name="Code">The receiver's HTTP status; null where it gave none.</param>
/// <param name="ErrorClass">What went wrong before it gave one.</param>
/// <param name="Status"><c>succeeded</c>, <c>failed</c>.</param>
public sealed record AppWebhookAttempt(Guid Id, int? Code, string? ErrorClass, string Status, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);
