namespace Slipway.Edge.Worker;

/// <summary>Counts requests in flight, and knows whether this worker is on its way out.</summary>
internal sealed class Retirement
{
    private long _begun;
    private long _ended;
    private volatile bool _hasBegun;

    public bool HasBegun => _hasBegun;

    /// <summary>Requests begun since the worker started.</summary>
    public long Begun => Volatile.Read(ref _begun);

    public int InFlight => (int)(Volatile.Read(ref _begun) - Volatile.Read(ref _ended));

    public void Announce() => _hasBegun = true;

    public void Begin() => Interlocked.Increment(ref _begun);

    public void End() => Interlocked.Increment(ref _ended);
}
