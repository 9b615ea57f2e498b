namespace Slipway.Edge.Forwarding;

/// <summary>The backends of one route in one revision; at most 64.</summary>
internal sealed class BackendGroup(BackendState[] backends)
{
    public IReadOnlyList<BackendState> All => backends;

    /// <summary>
    /// The less busy of two picked at random: nearly as even as always taking the least busy, without every request
    /// of a moment going to the same one.
    /// </summary>
    /// <param name="tried">A bit for each backend that this request has already failed on.</param>
    /// <returns>Index, or -1 when all were tried.</returns>
    public int Choose(ulong tried)
    {
        var count = backends.Length;
        if (count == 1) return tried == 0 ? 0 : -1;
        if (count == 0) return -1;

        var a = Random.Shared.Next(count);
        var b = Random.Shared.Next(count - 1);
        if (b >= a) b++;
        if (IsOpen(a, tried) && IsOpen(b, tried)) return backends[b].InFlight < backends[a].InFlight ? b : a;
        return LeastBusy(tried, avoidedToo: false) is >= 0 and var open ? open : LeastBusy(tried, avoidedToo: true);
    }

    public BackendState this[int index] => backends[index];

    private bool IsOpen(int index, ulong tried) => (tried & 1UL << index) == 0 && !backends[index].IsAvoided;

    private int LeastBusy(ulong tried, bool avoidedToo)
    {
        var best = -1;
        for (var i = 0; i < backends.Length; i++)
        {
            if ((tried & 1UL << i) != 0 || (!avoidedToo && backends[i].IsAvoided)) continue;
            if (best < 0 || backends[i].InFlight < backends[best].InFlight) best = i;
        }

        return best;
    }
}
