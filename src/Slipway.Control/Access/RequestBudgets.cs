using System.Collections.Concurrent;

namespace Slipway.Control.Access;

/// <summary>
/// How many requests each token may still make: a bucket that holds <see cref="Capacity"/> and fills up again within an
/// hour. It is there for the client that went wild; nobody else comes near the bottom. A restart fills all.
/// </summary>
internal sealed class RequestBudgets(TimeProvider time)
{
    /// <summary>Ten times what Heroku grants.</summary>
    public const int Capacity = 45_000;

    private const double PerSecond = Capacity / 3600.0;
    private const int MaxBuckets = 10_000;

    private readonly ConcurrentDictionary<long, Bucket> _buckets = new();

    /// <returns>How many are left, and whether this one was granted.</returns>
    public (int Remaining, bool IsGranted) Take(long token)
    {
        if (_buckets.Count >= MaxBuckets) ForgetFull();
        var bucket = _buckets.AddOrUpdate(token, static (_, now) => new Bucket(Capacity - 1, true, now), static (_, old, now) => old.Take(now), time.GetUtcNow());
        return ((int)bucket.Level, bucket.IsGranted);
    }

    public int Remaining(long token) => _buckets.TryGetValue(token, out var bucket) ? (int)bucket.LevelAt(time.GetUtcNow()) : Capacity;

    /// <summary>A full bucket says the same as none.</summary>
    private void ForgetFull()
    {
        var now = time.GetUtcNow();
        foreach (var (token, bucket) in _buckets)
        {
            if (bucket.LevelAt(now) >= Capacity) _buckets.TryRemove(token, out _);
        }
    }

    private sealed record Bucket(double Level, bool IsGranted, DateTimeOffset At)
    {
        public double LevelAt(DateTimeOffset now) => Math.Min(Capacity, Level + ((now - At).TotalSeconds * PerSecond));

        public Bucket Take(DateTimeOffset now) => LevelAt(now) is >= 1 and var level ? new Bucket(level - 1, true, now) : new Bucket(LevelAt(now), false, now);
    }
}
