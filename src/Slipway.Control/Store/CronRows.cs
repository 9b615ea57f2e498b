namespace Slipway.Control.Store;

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
