namespace Slipway.Control.Manifests;

/// <summary>The word that somebody meant who wrote another one.</summary>
internal static class Suggestion
{
    /// <returns>The nearest word, when it is near: a third of its letters may be wrong, missing, too many or swapped.</returns>
    public static string? For(string written, IEnumerable<string> known) =>
        (from word in known.Distinct()
         let distance = Distance(Plain(written), Plain(word))
         where distance <= Math.Max(1, word.Length / 3)
         orderby distance, word
         select word).FirstOrDefault();

    // pre_build, preBuild and pre-build are the same word to whoever writes them.
    private static string Plain(string word) => string.Concat((word.Length > 100 ? word[..100] : word).Where(char.IsLetterOrDigit)).ToLowerInvariant();

    /// <summary>Edits from one to the other; two neighbours swapped count once.</summary>
    private static int Distance(string one, string other)
    {
        var costs = new int[one.Length + 1, other.Length + 1];
        for (var i = 0; i <= one.Length; i++) costs[i, 0] = i;
        for (var j = 0; j <= other.Length; j++) costs[0, j] = j;
        for (var i = 1; i <= one.Length; i++)
            for (var j = 1; j <= other.Length; j++)
            {
                var change = one[i - 1] == other[j - 1] ? 0 : 1;
                costs[i, j] = Math.Min(Math.Min(costs[i - 1, j] + 1, costs[i, j - 1] + 1), costs[i - 1, j - 1] + change);
                if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1]) costs[i, j] = Math.Min(costs[i, j], costs[i - 2, j - 2] + 1);
            }

        return costs[one.Length, other.Length];
    }
}
