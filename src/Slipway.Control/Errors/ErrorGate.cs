using System.Collections.Concurrent;

namespace Slipway.Control.Errors;

/// <summary>
/// How much each app may still send: a bucket of <see cref="Burst"/> that fills by <see cref="PerSecond"/>. Who is refused is
/// told to keep quiet for a while, which SDKs do: that ends a storm where it begins.
/// </summary>
internal sealed class ErrorGate(TimeProvider time)
{
    public const int Burst = 1000;
    public const int PerSecond = 20;

    /// <summary>What a body costs beside the request itself: one of these for each so many bytes.</summary>
    private const int BytesPerToken = 64 << 10;

    public static readonly TimeSpan Quiet = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<long, Bucket> _buckets = new();

    public bool TryTake(long app) => _buckets.GetOrAdd(app, _ => new Bucket(time.GetUtcNow())).TryTake(time.GetUtcNow());

    public void Charge(long app, int bytes) => _buckets.GetValueOrDefault(app)?.Charge((double)bytes / BytesPerToken);

    private sealed class Bucket(DateTimeOffset at)
    {
        private readonly Lock _gate = new();
        private double _level = Burst;
        private DateTimeOffset _at = at;
        private DateTimeOffset _quietUntil;

        public bool TryTake(DateTimeOffset now)
        {
            lock (_gate)
            {
                if (now < _quietUntil) return false;
                _level = Math.Min(Burst, _level + ((now - _at).TotalSeconds * PerSecond));
                _at = now;
                if (_level < 1)
                {
                    // For so long nothing is taken, also from who does not listen: to refuse costs next to nothing.
                    _quietUntil = now + Quiet;
                    return false;
                }

                _level--;
                return true;
            }
        }

        public void Charge(double tokens)
        {
            lock (_gate) _level -= tokens;
        }
    }
}
