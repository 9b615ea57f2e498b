using Slipway.Control.Logs;

namespace Slipway.Control.Drains;

/// <summary>
/// Brings an app's log to one receiver, in order: what it cannot take now is kept and tried again, up to a number of lines;
/// then the oldest go, and the receiver and the log are told how many. A line may come twice, after a crash, never out of turn.
/// </summary>
internal sealed class Drain(LogFolder folder, IDrainSink sink, TimeProvider time, Action<SourcedLine> overflowed)
{
    /// <summary>Lines kept for a receiver that is away.</summary>
    public const int MostKept = 20_000;

    private const int BatchSize = 500;

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);

    private readonly Queue<SourcedLine> _kept = new();
    private long _dropped;
    private DateTimeOffset _droppingSince;
    private int _failures;
    private DateTimeOffset _retryAt;

    /// <summary>Lines up to this time have been taken or dropped.</summary>
    public DateTimeOffset DeliveredUntil { get; private set; }

    /// <summary>Why the receiver did not take the last batch; null when it did.</summary>
    public string? Trouble { get; private set; }

    /// <summary>To be called once, before the first <see cref="PumpAsync"/>.</summary>
    public void Begin() => Keep(folder.ReadLast(MostKept));

    /// <summary>Reads what is new and sends what there is, unless the receiver failed just now.</summary>
    public async Task PumpAsync(CancellationToken cancel)
    {
        Keep(folder.ReadNew());
        while (_kept.Count > 0 && time.GetUtcNow() >= _retryAt)
        {
            var notice = _dropped > 0 ? DrainFrame.Overflow(_dropped, _droppingSince, time.GetUtcNow()) : (SourcedLine?)null;
            IReadOnlyList<SourcedLine> batch = [.. notice is { } first ? [first] : Array.Empty<SourcedLine>(), .. _kept.Take(BatchSize)];
            try
            {
                await sink.SendAsync(batch, cancel);
            }
            catch (Exception e) when (!cancel.IsCancellationRequested)
            {
                // Whatever it was, the receiver may not have it: the same lines again, later and later.
                Trouble = e is Contracts.Errors.SlipwayException { Error: var error } ? error.Message : e.Message;
                _retryAt = time.GetUtcNow() + TimeSpan.FromSeconds(Math.Min(LongestPause.TotalSeconds, Math.Pow(2, Math.Min(_failures++, 10))));
                return;
            }

            (Trouble, _failures) = (null, 0);
            if (notice is not null) _dropped = 0;
            for (var sent = batch.Count - (notice is null ? 0 : 1); sent > 0; sent--) DeliveredUntil = Later(_kept.Dequeue().At);
        }
    }

    private void Keep(IReadOnlyList<SourcedLine> lines)
    {
        foreach (var line in lines) _kept.Enqueue(line);
        if (_kept.Count <= MostKept) return;
        if (_dropped == 0) _droppingSince = time.GetUtcNow();
        var before = _dropped;
        for (; _kept.Count > MostKept; _dropped++) DeliveredUntil = Later(_kept.Dequeue().At);
        // Once an outage: the line lands in the log that is read here, and would overflow it in its turn.
        if (before == 0) overflowed(DrainFrame.Overflow(_dropped, _droppingSince, time.GetUtcNow()));
    }

    private DateTimeOffset Later(DateTimeOffset at) => at > DeliveredUntil ? at : DeliveredUntil;
}
