namespace Slipway.Edge.Forwarding;

/// <summary>
/// Cancels a request whose backend has not sent the first byte of its answer in time (Heroku's H12). While the
/// request's body is still coming in, the clock starts anew with each piece.
/// </summary>
internal sealed class FirstByteTimer : CancellationTokenSource
{
    private TimeSpan _limit;
    private volatile bool _running;

    public bool HasFired => IsCancellationRequested;

    public void Start(TimeSpan limit)
    {
        _limit = limit;
        _running = true;
        CancelAfter(limit);
    }

    public void Restart()
    {
        if (_running) CancelAfter(_limit);
    }

    public void Stop()
    {
        _running = false;
        CancelAfter(Timeout.InfiniteTimeSpan);
    }
}
