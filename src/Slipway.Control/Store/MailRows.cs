using Slipway.Contracts.Api;

namespace Slipway.Control.Store;

/// <summary>A message that an app sent; what it says is in a file (<see cref="Mail.MailFiles"/>).</summary>
internal sealed class MailRow
{
    public long Id { get; set; }

    /// <summary>The relay's: what it hands over twice is known by it.</summary>
    public Guid Uuid { get; set; }
    public long AppId { get; set; }
    public AppRow? App { get; set; }

    /// <summary>Counted in the app, from 1.</summary>
    public int Number { get; set; }
    public DateTimeOffset At { get; set; }
    public required string Sender { get; set; }

    /// <summary>A line each.</summary>
    public required string Recipients { get; set; }

    /// <summary>Those of them whom it did not reach yet.</summary>
    public required string Pending { get; set; }

    /// <summary>Those who will never get it, each with the reason: <c>bob@example.org: 550 …</c>.</summary>
    public string Refused { get; set; } = "";
    public required string Subject { get; set; }
    public long Bytes { get; set; }

    /// <summary>Its file is there.</summary>
    public bool HasContent { get; set; }
    public MailState State { get; set; }

    /// <summary>What the smarthost said last.</summary>
    public string? Answer { get; set; }
    public int Attempts { get; set; }

    /// <summary>It was to be sent since then; attempts end a day later.</summary>
    public DateTimeOffset? QueuedAt { get; set; }

    /// <summary>Of the next attempt; null where there is none to come.</summary>
    public DateTimeOffset? DueAt { get; set; }
    public DateTimeOffset? DoneAt { get; set; }
}

/// <summary>An app's mail in numbers.</summary>
internal sealed class MailTallyRow
{
    public long Id { get; set; }
    public long AppId { get; set; }

    /// <summary>Messages an hour that the relay takes of it; null for what every app has.</summary>
    public int? HourlyLimit { get; set; }
    public long Taken { get; set; }

    /// <summary>Never sent, and made room for newer ones.</summary>
    public long Dropped { get; set; }
    public int LastNumber { get; set; }
}
