using System.Globalization;
using Slipway.Control.Store;

namespace Slipway.Control.Cron;

/// <param name="HandledUntil">Due times up to here are recorded as run or not run.</param>
/// <param name="Unfinished">Its runs that wait or run.</param>
internal sealed record CronClock(CronEntry Entry, DateTimeOffset HandledUntil, IReadOnlyList<CronRunRow> Unfinished);

/// <summary>A due time that comes to be recorded.</summary>
/// <param name="State"><see cref="CronRunState.Waiting"/> or <see cref="CronRunState.Skipped"/>.</param>
/// <param name="Note">For people: why it is skipped or late.</param>
internal sealed record CronDue(CronEntry Entry, DateTimeOffset At, string State, string? Note);

/// <param name="Stop">Running ones that a new one takes the place of.</param>
/// <param name="NextAt">When the first due time comes.</param>
internal sealed record CronPlan(IReadOnlyList<CronDue> Due, IReadOnlyList<CronRunRow> Stop, DateTimeOffset? NextAt)
{
    /// <summary>A due time seen later than this passed while slipwayd did not run.</summary>
    public static readonly TimeSpan Late = TimeSpan.FromMinutes(2);

    /// <summary>How far back due times are counted.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromDays(7);

    /// <summary>What is due now: no clock, no I/O.</summary>
    public static CronPlan Of(IReadOnlyList<CronClock> clocks, DateTimeOffset now)
    {
        var (due, stop) = (new List<CronDue>(), new List<CronRunRow>());
        DateTimeOffset? nextAt = null;
        foreach (var clock in clocks)
        {
            if (clock.Entry.NextAfter(now) is { } next && (nextAt is null || next < nextAt)) nextAt = next;
            var from = clock.HandledUntil > now - Memory ? clock.HandledUntil : now - Memory;
            var passed = clock.Entry.Between(from, now).ToList();
            if (passed.Count == 0) continue;
            var one = Decide(clock, passed, now);
            due.Add(one);
            if (one.State == CronRunState.Waiting && clock.Entry.Overlap == CronOverlap.KillOld) stop.AddRange(clock.Unfinished.Where(run => run.State == CronRunState.Running));
        }

        return new CronPlan(due, stop, nextAt);
    }

    private static CronDue Decide(CronClock clock, IReadOnlyList<DateTimeOffset> passed, DateTimeOffset now)
    {
        var (entry, at) = (clock.Entry, passed[^1]);
        var isLate = now - at > Late;
        var note = isLate || passed.Count > 1 ? Passed(passed, isLate) : null;
        if (isLate && entry.Missed == CronMissed.Skip) return new CronDue(entry, at, CronRunState.Skipped, $"{note} Not run: \"missed\" is \"skip\".");
        if (isLate) note += " Run once now, for all of them.";

        var running = clock.Unfinished.FirstOrDefault(run => run.State == CronRunState.Running);
        var waits = clock.Unfinished.Any(run => run.State == CronRunState.Waiting);
        return entry.Overlap switch
        {
            CronOverlap.Skip when clock.Unfinished.Count > 0 => new CronDue(entry, at, CronRunState.Skipped, Join(note, $"Not run: {Before(running)} had not ended (\"overlap\": \"skip\").")),
            CronOverlap.Queue or CronOverlap.KillOld when waits => new CronDue(
                entry, at, CronRunState.Skipped, Join(note, $"Not run: one waits already (\"overlap\": \"{CronFile.Word(entry.Overlap)}\").")),
            CronOverlap.Queue when running is not null => new CronDue(entry, at, CronRunState.Waiting, Join(note, $"Waited for the end of {Before(running)}.")),
            CronOverlap.KillOld when running is not null => new CronDue(entry, at, CronRunState.Waiting, Join(note, $"Took the place of {Before(running)}.")),
            _ => new CronDue(entry, at, CronRunState.Waiting, note),
        };
    }

    private static string Passed(IReadOnlyList<DateTimeOffset> passed, bool isLate) => (passed.Count, isLate) switch
    {
        (1, _) => "Its time passed while slipwayd did not run.",
        (var count, true) => string.Create(CultureInfo.InvariantCulture, $"{count} due times, from {passed[0].UtcDateTime:yyyy-MM-dd HH:mm} UTC on, passed while slipwayd did not run."),
        (var count, false) => string.Create(CultureInfo.InvariantCulture, $"{count - 1} due times before, from {passed[0].UtcDateTime:yyyy-MM-dd HH:mm} UTC on, passed while slipwayd did not run."),
    };

    private static string Before(CronRunRow? running) => running is null ? "the run before" : $"cron.{running.Id}";

    private static string Join(string? first, string second) => first is null ? second : $"{first} {second}";
}
