using Slipway.Control.Access;

namespace Slipway.Control.Tests.Access;

public sealed class RequestBudgetTests
{
    [Fact]
    public void A_bucket_runs_out_fills_up_again_and_is_nobody_elses()
    {
        var clock = new HandClock();
        var budgets = new RequestBudgets(clock);
        for (var i = 0; i < RequestBudgets.Capacity; i++) Assert.True(budgets.Take(1).IsGranted);
        Assert.Equal((0, false), budgets.Take(1));
        Assert.Equal((RequestBudgets.Capacity - 1, true), budgets.Take(2));

        clock.Now += TimeSpan.FromHours(0.5);
        Assert.InRange(budgets.Remaining(1), RequestBudgets.Capacity / 2 - 2, RequestBudgets.Capacity / 2 + 2);
        clock.Now += TimeSpan.FromDays(1);
        Assert.Equal(RequestBudgets.Capacity, budgets.Remaining(1));
    }

    private sealed class HandClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
