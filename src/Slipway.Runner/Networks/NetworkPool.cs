using System.Collections.Concurrent;
using Slipway.Contracts.Errors;
using Slipway.Runner.Commands;

namespace Slipway.Runner.Networks;

/// <summary>
/// A few networks made in advance, for making one takes a third of an instance's start. Nothing records them: those
/// that no instance uses are removed when the runner starts.
/// </summary>
internal sealed class NetworkPool(Bridge bridge)
{
    private const int Wanted = 3;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentQueue<string> _ready = new();
    private int _filling;

    /// <returns>Address of a network that is now the caller's.</returns>
    public async Task<string> TakeAsync(CancellationToken cancel)
    {
        var ready = _ready.TryDequeue(out var address);
        Refill();
        return ready ? address! : await bridge.ConnectAsync(null, cancel);
    }

    /// <summary>In the background, and a moment later, for whoever just took one is busy starting with it.</summary>
    public void Refill()
    {
        if (Interlocked.Exchange(ref _filling, 1) == 0) _ = FillAsync();
    }

    private async Task FillAsync()
    {
        try
        {
            await Task.Delay(Pause);
            while (_ready.Count < Wanted) _ready.Enqueue(await bridge.ConnectAsync(null, CancellationToken.None));
        }
        catch (Exception e) when (e is SlipwayException or IOException)
        {
            // The start that needs one meets the same failure, and tells it.
            Journal.Warn($"no network in advance: {e.Message}");
        }
        finally
        {
            Volatile.Write(ref _filling, 0);
        }
    }
}
