using System.Text.Json.Serialization;
using Cronos;
using Slipway.Contracts;

namespace Slipway.Control.Cron;

/// <summary>What happens when a run is due while the one before still runs.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<CronOverlap>))]
internal enum CronOverlap
{
    /// <summary>The new one is not run, and that is recorded.</summary>
    Skip,

    /// <summary>The new one waits; one waits at most.</summary>
    Queue,

    /// <summary>The old one is ended, then the new one starts.</summary>
    KillOld,
}

/// <summary>What happens to due times that passed while slipwayd did not run.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<CronMissed>))]
internal enum CronMissed
{
    /// <summary>One run makes up for all of them.</summary>
    Run,

    /// <summary>None does; that they passed is recorded.</summary>
    Skip,
}

/// <summary>A command that a release has run at times: an entry of <c>cron</c> in its app.json.</summary>
/// <remarks>Settable, because generated JSON code forgets the defaults of init-only properties.</remarks>
internal sealed record CronEntry
{
    /// <summary>Unique in its release.</summary>
    public required string Name { get; init; }
    public required string Command { get; init; }

    /// <summary>Five fields, or one of <c>@hourly</c>, <c>@daily</c>, <c>@weekly</c>, <c>@monthly</c>, <c>@yearly</c>.</summary>
    public required string Schedule { get; init; }

    /// <summary>IANA's name.</summary>
    public string TimeZone { get; set; } = "UTC";
    public CronOverlap Overlap { get; set; }
    public CronMissed Missed { get; set; }

    /// <summary>Name of an <see cref="Instances.InstanceSize"/>.</summary>
    public string Size { get; set; } = "standard";

    /// <summary>A run that takes longer is ended.</summary>
    public int TimeLimitSeconds { get; set; } = 24 * 3600;

    [JsonIgnore]
    public CronExpression Expression => CronExpression.Parse(Schedule);

    [JsonIgnore]
    public TimeZoneInfo Zone => TimeZoneInfo.FindSystemTimeZoneById(TimeZone);

    /// <returns>Null when there is no such time any more: 30 February.</returns>
    public DateTimeOffset? NextAfter(DateTimeOffset time) => Expression.GetNextOccurrence(time, Zone);

    /// <summary>Due times after the first and up to the second.</summary>
    public IEnumerable<DateTimeOffset> Between(DateTimeOffset after, DateTimeOffset upTo) =>
        Expression.GetOccurrences(after, upTo, Zone, fromInclusive: false, toInclusive: true);
}
