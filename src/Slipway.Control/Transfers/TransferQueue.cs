using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Slipway.Control.Transfers;

/// <summary>Between those who ask for transfers and the one who does them.</summary>
internal sealed class TransferQueue
{
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>The running ones, by uuid.</summary>
    public ConcurrentDictionary<Guid, CancellationTokenSource> Running { get; } = new();

    /// <summary>Bytes that a running one has moved.</summary>
    public ConcurrentDictionary<Guid, long> Moved { get; } = new();

    public void Wake() => _wake.Writer.TryWrite(true);

    public async Task WaitAsync(TimeSpan patience, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(patience);
        try
        {
            await _wake.Reader.ReadAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // Time to look anyway.
        }
    }
}
