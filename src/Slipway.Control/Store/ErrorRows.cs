using Slipway.Contracts.Api;

namespace Slipway.Control.Store;

/// <summary>All that failed in the same way in one app.</summary>
internal sealed class ErrorRow
{
    public long Id { get; set; }
    public Guid Uuid { get; set; }
    public long AppId { get; set; }

    /// <summary>Within the app, never given twice.</summary>
    public int Number { get; set; }

    /// <summary>SHA-256, in hex, of what makes two occurrences the same error.</summary>
    public required string Fingerprint { get; set; }
    public required string Type { get; set; }
    public required string Title { get; set; }
    public required string Culprit { get; set; }
    public required string Level { get; set; }
    public ErrorOrigin Origin { get; set; }
    public ErrorStatus Status { get; set; }
    public long Count { get; set; }
    public DateTimeOffset FirstSeen { get; set; }
    public DateTimeOffset LastSeen { get; set; }
    public string? FirstRelease { get; set; }
    public string? LastRelease { get; set; }
    public int? ResolvedIn { get; set; }
    public DateTimeOffset? RegressedAt { get; set; }
}

/// <summary>One of the last times that an error happened.</summary>
internal sealed class ErrorOccurrenceRow
{
    public long Id { get; set; }
    public Guid Uuid { get; set; }
    public long AppId { get; set; }
    public long ErrorId { get; set; }
    public ErrorRow? Error { get; set; }
    public DateTimeOffset At { get; set; }

    /// <summary>Length of <see cref="Body"/>.</summary>
    public int Bytes { get; set; }

    /// <summary>JSON of <see cref="ErrorOccurrence"/>.</summary>
    public required string Body { get; set; }
}

/// <summary>What came in of an app's errors, in numbers.</summary>
internal sealed class ErrorTallyRow
{
    public long Id { get; set; }
    public long AppId { get; set; }
    public long Accepted { get; set; }
    public long Refused { get; set; }

    /// <summary>Of the last error that was told apart.</summary>
    public int LastNumber { get; set; }
}
