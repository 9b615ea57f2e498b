using System.Collections.Concurrent;

namespace Slipway.Control.Access;

/// <summary>
/// Counts wrong tokens by address. A token cannot be guessed, so a valid one is let in whatever its neighbours tried;
/// the limit keeps those who try from filling logs and from being told, call for call, that they were wrong.
/// </summary>
internal sealed class FailedLogins(TimeProvider time)
{
    public const int Limit = 20;
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private const int MaxAddresses = 10_000;

    private readonly ConcurrentDictionary<string, Count> _counts = new(StringComparer.Ordinal);

    /// <returns>True when the address is over the limit.</returns>
    public bool Add(string address)
    {
        var now = time.GetUtcNow();
        if (_counts.Count >= MaxAddresses) Forget(now);
        var count = _counts.AddOrUpdate(
            address,
            static (_, now) => new Count(1, now),
            static (_, count, now) => now - count.Since > Window ? new Count(1, now) : count with { Failures = count.Failures + 1 },
            now);
        return count.Failures > Limit;
    }

    /// <summary>For what can be guessed: is asked before anything is tried.</summary>
    public bool IsOver(string address) =>
        _counts.TryGetValue(address, out var count) && count.Failures > Limit && time.GetUtcNow() - count.Since <= Window;

    private void Forget(DateTimeOffset now)
    {
        foreach (var (address, count) in _counts)
        {
            if (now - count.Since > Window) _counts.TryRemove(address, out _);
        }

        if (_counts.Count >= MaxAddresses) _counts.Clear();
    }

    private sealed record Count(int Failures, DateTimeOffset Since);
}
