namespace Slipway.Control.Store;

/// <summary>Who is told of what becomes of an app: Heroku's app webhooks. The forge's, by which a push deploys, are <see cref="WebhookRow"/>.</summary>
internal sealed class AppWebhookRow
{
    public long Id { get; set; }
    public Guid Uuid { get; set; }

    /// <summary>No foreign key: it stays until it was told that the app is gone.</summary>
    public Guid AppUuid { get; set; }

    /// <summary>JSON array: <c>["api:release","dyno"]</c>.</summary>
    public required string Include { get; set; }

    /// <summary><c>notify</c> or <c>sync</c>.</summary>
    public required string Level { get; set; }

    /// <summary>Sealed: it may hold a password.</summary>
    public required string Url { get; set; }

    /// <summary>What deliveries are signed with: sealed.</summary>
    public required string Secret { get; set; }

    /// <summary>Sealed; null where none is sent.</summary>
    public string? Authorization { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }
}

/// <summary>Something that became of an app, as it was then; written with the change that it tells of.</summary>
internal sealed class AppWebhookEventRow
{
    public long Id { get; set; }
    public Guid Uuid { get; set; }
    public Guid AppUuid { get; set; }

    /// <summary><c>api:release</c></summary>
    public required string Include { get; set; }

    /// <summary>JSON of <see cref="Contracts.Api.AppWebhookPayload"/>.</summary>
    public required string Payload { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
}

/// <summary>One event on its way to one webhook.</summary>
internal sealed class AppWebhookDeliveryRow
{
    public long Id { get; set; }
    public Guid Uuid { get; set; }
    public long WebhookId { get; set; }
    public AppWebhookRow? Webhook { get; set; }
    public long EventId { get; set; }
    public AppWebhookEventRow? Event { get; set; }

    /// <summary><c>pending</c>, <c>retrying</c>, <c>succeeded</c>, <c>failed</c>.</summary>
    public required string Status { get; set; }
    public int Attempts { get; set; }

    /// <summary>When it is tried next; null when it is not tried any more.</summary>
    public DateTimeOffset? NextAt { get; set; }

    /// <summary>The last attempt: its id, when it was, the receiver's answer or why there was none.</summary>
    public Guid? LastId { get; set; }
    public DateTimeOffset? LastAt { get; set; }
    public int? LastCode { get; set; }
    public string? LastError { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }
}
