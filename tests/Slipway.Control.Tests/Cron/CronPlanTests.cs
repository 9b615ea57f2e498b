using Slipway.Control.Cron;
using Slipway.Control.Store;

namespace Slipway.Control.Tests.Cron;

/// <summary>What is due at a moment, and what comes of it.</summary>
public sealed class CronPlanTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 10, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Nothing_is_due_before_its_time()
    {
        var plan = Plan(Entry("*/5 * * * *"), Noon, Noon.AddMinutes(4).AddSeconds(59));
        Assert.Empty(plan.Due);
        Assert.Equal(Noon.AddMinutes(5), plan.NextAt);
    }

    [Fact]
    public void A_due_time_is_run_once()
    {
        var due = Assert.Single(Plan(Entry("*/5 * * * *"), Noon, Noon.AddMinutes(5)).Due);
        Assert.Equal((Noon.AddMinutes(5), CronRunState.Waiting, null), (due.At, due.State, due.Note));
        Assert.Empty(Plan(Entry("*/5 * * * *"), due.At, Noon.AddMinutes(5)).Due);
    }

    [Fact]
    public void Times_that_passed_while_slipwayd_did_not_run_are_made_up_for_by_one_run()
    {
        var due = Assert.Single(Plan(Entry("*/5 * * * *"), Noon, Noon.AddMinutes(63)).Due);
        Assert.Equal((Noon.AddMinutes(60), CronRunState.Waiting), (due.At, due.State));
        Assert.Equal("12 due times, from 2026-03-10 12:05 UTC on, passed while slipwayd did not run. Run once now, for all of them.", due.Note);
    }

    [Fact]
    public void Or_by_none_and_that_is_recorded()
    {
        var due = Assert.Single(Plan(Entry("0 3 * * *") with { Missed = CronMissed.Skip }, Noon, Noon.AddDays(1)).Due);
        Assert.Equal(CronRunState.Skipped, due.State);
        Assert.Equal("Its time passed while slipwayd did not run. Not run: \"missed\" is \"skip\".", due.Note);
    }

    [Theory]
    [InlineData("Skip", "skipped", "Not run: cron.7 had not ended")]
    [InlineData("Queue", "waiting", "Waited for the end of cron.7.")]
    [InlineData("KillOld", "waiting", "Took the place of cron.7.")]
    public void The_overlap_policy_decides_while_one_runs(string policy, string state, string note)
    {
        var entry = Entry("*/5 * * * *") with { Overlap = Enum.Parse<CronOverlap>(policy) };
        var plan = Plan(entry, Noon, Noon.AddMinutes(5), Run(7, CronRunState.Running));
        var due = Assert.Single(plan.Due);
        Assert.Equal(state, due.State);
        Assert.StartsWith(note, due.Note);
        Assert.Equal(policy == "KillOld" ? [7L] : [], plan.Stop.Select(run => run.Id));
    }

    [Theory]
    [InlineData("Queue")]
    [InlineData("KillOld")]
    public void One_waits_at_most(string policy)
    {
        var entry = Entry("*/5 * * * *") with { Overlap = Enum.Parse<CronOverlap>(policy) };
        var plan = Plan(entry, Noon, Noon.AddMinutes(5), Run(7, CronRunState.Running), Run(8, CronRunState.Waiting));
        Assert.Equal(CronRunState.Skipped, Assert.Single(plan.Due).State);
        Assert.Empty(plan.Stop);
    }

    /// <summary>On 29 March 2026 Berlin has no 2:30, on 25 October it has two.</summary>
    [Fact]
    public void A_time_zone_changes_its_clock_and_each_day_has_one_run()
    {
        var entry = Entry("30 2 * * *") with { TimeZone = "Europe/Berlin" };
        foreach (var day in new[] { new DateTimeOffset(2026, 3, 28, 12, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 10, 24, 12, 0, 0, TimeSpan.Zero) })
            Assert.Single(entry.Between(day, day.AddDays(1)));
        Assert.Equal(new DateTimeOffset(2026, 7, 1, 0, 30, 0, TimeSpan.Zero), entry.NextAfter(new DateTimeOffset(2026, 6, 30, 12, 0, 0, TimeSpan.Zero)));
    }

    [Fact]
    public void A_year_away_costs_no_more_than_a_week()
    {
        var due = Assert.Single(Plan(Entry("* * * * *"), Noon, Noon.AddYears(1)).Due);
        Assert.Equal(Noon.AddYears(1), due.At);
    }

    private static CronPlan Plan(CronEntry entry, DateTimeOffset handled, DateTimeOffset now, params CronRunRow[] unfinished) =>
        CronPlan.Of([new CronClock(entry, handled, unfinished)], now);

    private static CronEntry Entry(string schedule) => new() { Name = "job", Command = "true", Schedule = schedule };

    private static CronRunRow Run(long id, string state) => new() { Id = id, Name = "job", Command = "true", State = state, Size = "standard" };
}
