using System.Text.Json.Serialization;

namespace Slipway.Contracts.Api;

// What Heroku's client asks of Heroku's data platform (its paths begin with /client/v11 and /postgres/v0) rather than of
// the Platform API: databases, their credentials, and transfers, which are backups, restores and copies.

public sealed record DatabaseFact(string Name, IReadOnlyList<string> Values);

/// <param name="ResourceUrl">As the app's config var has it.</param>
public sealed record Database(Guid Id, string Name, string Plan, string State, DateTimeOffset CreatedAt, IReadOnlyList<DatabaseFact> Info, string ResourceUrl, string? Following);

public sealed record DatabaseStatus([property: JsonPropertyName("waiting?")] bool Waiting, string Message);

public sealed record DatabaseMessage(string Message);

/// <param name="Name">There is <c>default</c> only.</param>
public sealed record DatabaseCredential(Guid Uuid, string Name, string State, string Database, string Host, int Port, IReadOnlyList<DatabaseLogin> Credentials);

public sealed record DatabaseLogin(string User, string Password, string State, int? Connections);

/// <summary>A backup, a restore or a copy.</summary>
public sealed record Transfer
{
    public required Guid Uuid { get; init; }

    /// <summary>Counted in its app.</summary>
    public required int Num { get; init; }
    public required string FromName { get; init; }

    /// <summary><c>pg_dump</c> or, from a file, <c>gof3r</c>.</summary>
    public required string FromType { get; init; }
    public required string ToName { get; init; }

    /// <summary><c>pg_restore</c> or, to a file, <c>gof3r</c>.</summary>
    public required string ToType { get; init; }

    /// <summary>Of a backup: where it can be had for an hour.</summary>
    public string? ToUrl { get; init; }
    public required long SourceBytes { get; init; }
    public required long ProcessedBytes { get; init; }

    /// <summary>Null until it has ended.</summary>
    public bool? Succeeded { get; init; }
    public required int Warnings { get; init; }
    public required IReadOnlyList<TransferLine> Logs { get; init; }
    public TransferScheduleReference? Schedule { get; init; }
    public required IReadOnlyDictionary<string, string> Options { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
    public DateTimeOffset? CanceledAt { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
}

public sealed record TransferLine(DateTimeOffset CreatedAt, string Level, string Message);

public sealed record TransferScheduleReference(Guid Uuid);

public sealed record TransferUrl(Uri Url, DateTimeOffset ExpiresAt);

/// <param name="BackupUrl">A backup's address here or anywhere.</param>
public sealed record RestoreRequest(string? BackupUrl);

/// <param name="FromUrl"><c>postgres://</c></param>
public sealed record CopyRequest(string? FromUrl, string? FromName, string? ToUrl, string? ToName);

/// <param name="Hour">0 to 23.</param>
/// <param name="ScheduleName">Name of the attachment's config var.</param>
public sealed record TransferScheduleRequest(string? Hour, string? Timezone, string? ScheduleName);

public sealed record TransferSchedule(Guid Uuid, string Name, int Hour, string Timezone, int RetainWeeks, int RetainMonths, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);
