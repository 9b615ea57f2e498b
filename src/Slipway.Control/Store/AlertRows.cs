using Slipway.Contracts.Api;

namespace Slipway.Control.Store;

/// <summary>Something that somebody was told of, or would have been.</summary>
internal sealed class AlertRow
{
    public long Id { get; set; }
    public Guid Uuid { get; set; }

    /// <summary>Null for one about the server.</summary>
    public long? AppId { get; set; }
    public AppRow? App { get; set; }
    public AlertKind Kind { get; set; }

    /// <summary>What makes two the same: a code, an error's id, a process type.</summary>
    public required string Key { get; set; }

    /// <summary>JSON of <see cref="Contracts.Diagnoses.Diagnosis"/>, as it was last found.</summary>
    public required string Body { get; set; }
    public long Count { get; set; }
    public DateTimeOffset FirstAt { get; set; }
    public DateTimeOffset LastAt { get; set; }
    public DateTimeOffset ToldAt { get; set; }
    public DateTimeOffset? OverAt { get; set; }
    public List<AlertDeliveryRow> Deliveries { get; set; } = [];
}

/// <summary>Who is told: of one app, or of all and of the server.</summary>
internal sealed class AlertTargetRow
{
    public long Id { get; set; }
    public Guid Uuid { get; set; }
    public long? AppId { get; set; }
    public AppRow? App { get; set; }

    /// <summary>Null for a webhook.</summary>
    public string? Mail { get; set; }

    /// <summary>Sealed: chats put what permits to write into the address. Null for mail.</summary>
    public string? Webhook { get; set; }

    /// <summary>What deliveries are signed with: sealed. Null for mail.</summary>
    public string? Secret { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
}

/// <summary>One alert on its way to somebody.</summary>
internal sealed class AlertDeliveryRow
{
    public long Id { get; set; }
    public long AlertId { get; set; }
    public AlertRow? Alert { get; set; }

    /// <summary>Null for whom nobody named: the app's owner, the server's admins.</summary>
    public long? TargetId { get; set; }
    public AlertTargetRow? Target { get; set; }

    /// <summary>A mail address, or the host of a webhook.</summary>
    public required string To { get; set; }
    public int Attempts { get; set; }

    /// <summary>When it is tried next; null when it is not tried any more.</summary>
    public DateTimeOffset? NextAt { get; set; }
    public DateTimeOffset? DeliveredAt { get; set; }
    public DateTimeOffset? LastAt { get; set; }
    public string? LastError { get; set; }
}
