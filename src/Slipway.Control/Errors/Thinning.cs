namespace Slipway.Control.Errors;

/// <summary>An occurrence that is kept.</summary>
internal readonly record struct KeptOccurrence(long Id, long ErrorId, int Bytes);

/// <summary>Which occurrences go when an app's take more room than they may: the oldest, but of each error the last one at the very end.</summary>
internal static class Thinning
{
    /// <param name="kept">In any order; ids grow with time.</param>
    public static IReadOnlyList<long> Choose(IReadOnlyCollection<KeptOccurrence> kept, long mostBytes)
    {
        var last = kept.GroupBy(one => one.ErrorId).Select(error => error.Max(one => one.Id)).ToHashSet();
        var bytes = kept.Sum(one => (long)one.Bytes);
        var chosen = new List<long>();
        foreach (var one in kept.OrderBy(one => last.Contains(one.Id)).ThenBy(one => one.Id))
        {
            if (bytes <= mostBytes) break;
            chosen.Add(one.Id);
            bytes -= one.Bytes;
        }

        return chosen;
    }
}
