using Slipway.Control.Errors;

namespace Slipway.Control.Tests.Errors;

public sealed class ErrorGateTests
{
    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }

    private readonly Clock _clock = new();

    [Fact]
    public void A_storm_is_let_in_up_to_its_burst_then_all_is_quiet_for_a_while_and_others_do_not_notice()
    {
        var gate = new ErrorGate(_clock);
        Assert.Equal(ErrorGate.Burst, Taken(gate, 1, 50_000));
        _clock.Now += ErrorGate.Quiet / 2;
        Assert.Equal(0, Taken(gate, 1, 1000));
        Assert.Equal(10, Taken(gate, 2, 10));
        _clock.Now += ErrorGate.Quiet / 2;
        Assert.Equal((int)ErrorGate.Quiet.TotalSeconds * ErrorGate.PerSecond, Taken(gate, 1, 1000));
    }

    [Fact]
    public void Who_sends_no_faster_than_it_fills_is_never_refused()
    {
        var gate = new ErrorGate(_clock);
        for (var second = 0; second < 300; second++, _clock.Now += TimeSpan.FromSeconds(1)) Assert.Equal(ErrorGate.PerSecond, Taken(gate, 1, ErrorGate.PerSecond));
    }

    [Fact]
    public void Large_bodies_cost_more()
    {
        var gate = new ErrorGate(_clock);
        Assert.True(gate.TryTake(1));
        for (var sent = 0; sent < 8; sent++) gate.Charge(1, 8 << 20);
        Assert.False(gate.TryTake(1));
    }

    [Fact]
    public void What_the_queue_has_no_room_for_is_counted()
    {
        var queue = new ErrorQueue();
        var report = new Report(1, new(Guid.NewGuid(), _clock.Now), "print");
        Assert.Equal(ErrorQueue.Capacity, Enumerable.Range(0, ErrorQueue.Capacity + 7).Count(_ => queue.TryAdd(report)));
        queue.Refuse(2, 3);
        Assert.Equal([(1L, 7L), (2L, 3L)], queue.TakeRefused().Select(one => (one.Key, one.Value)).Order());
        Assert.Empty(queue.TakeRefused());
        Assert.Equal(ErrorQueue.Capacity, queue.Take(10_000).Count);
    }

    private static int Taken(ErrorGate gate, long app, int times) => Enumerable.Range(0, times).Count(_ => gate.TryTake(app));
}
