namespace Slipway.Edge.Worker;

/// <summary>Counts requests in flight, and knows whether this worker is on its way out.</summary>
internal sealed class Retirement
{
    private int _inFlight;
    private volatile bool _hasBegun;

    public bool HasBegun => _hasBegun;

    public int InFlight => Volatile.Read(ref _inFlight);

    public void Announce() => _hasBegun = true;

    public void Begin() => Interlocked.Increment(ref _inFlight);

    public void End() => Interlocked.Decrement(ref _inFlight);
}
