namespace Slipway.Runner.Protocol;

/// <summary>
/// Gives memory back when the runner has been idle for a moment: its work comes in bursts, and what a burst needed
/// would stay with it for hours.
/// </summary>
internal sealed class IdleMemory : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly Timer _timer = new(_ => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true));

    /// <summary>Something was just done.</summary>
    public void Touch() => _timer.Change(Pause, Timeout.InfiniteTimeSpan);

    public void Dispose() => _timer.Dispose();
}
