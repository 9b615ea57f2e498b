namespace Slipway.Edge.Forwarding;

/// <summary>
/// How long connections to a backend take. A request that finds more of them made than when it began has waited for one;
/// which of several that came at once is not told apart, and nothing is kept for each request.
/// </summary>
internal sealed class ConnectClock
{
    private long _tried;
    private long _lastTicks;

    /// <summary>Connections tried so far.</summary>
    public long Tried => Volatile.Read(ref _tried);

    public TimeSpan Last => new(Volatile.Read(ref _lastTicks));

    public void Took(TimeSpan time)
    {
        Volatile.Write(ref _lastTicks, time.Ticks);
        Interlocked.Increment(ref _tried);
    }
}
