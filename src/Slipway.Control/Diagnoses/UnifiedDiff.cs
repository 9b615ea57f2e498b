namespace Slipway.Control.Diagnoses;

/// <summary>A change as <c>diff -u</c> shows it. Fixes change one place, so there is one hunk: from the first line that differs to the last.</summary>
internal static class UnifiedDiff
{
    private const int Context = 3;

    /// <param name="before">Null for a file that is new.</param>
    public static IReadOnlyList<string> Of(string path, string? before, string after)
    {
        var (old, now) = (Lines(before ?? ""), Lines(after));
        var same = 0;
        while (same < old.Length && same < now.Length && old[same] == now[same]) same++;
        var sameAtEnd = 0;
        while (sameAtEnd < Math.Min(old.Length, now.Length) - same && old[^(sameAtEnd + 1)] == now[^(sameAtEnd + 1)]) sameAtEnd++;

        var first = Math.Max(0, same - Context);
        var (oldEnd, nowEnd) = (old.Length - sameAtEnd, now.Length - sameAtEnd);
        var below = Math.Min(Context, sameAtEnd);
        return
        [
            before is null ? "--- /dev/null" : $"--- a/{path}",
            $"+++ b/{path}",
            $"@@ -{Range(first, oldEnd + below)} +{Range(first, nowEnd + below)} @@",
            .. old[first..same].Select(line => " " + Shown(line)),
            .. old[same..oldEnd].Select(line => "-" + Shown(line)),
            .. now[same..nowEnd].Select(line => "+" + Shown(line)),
            .. old[oldEnd..(oldEnd + below)].Select(line => " " + Shown(line)),
        ];
    }

    private static string[] Lines(string text) => text.Length == 0 ? [] : (text.EndsWith('\n') ? text[..^1] : text).Split('\n');

    private static string Range(int first, int end) => end == first ? $"{first},0" : $"{first + 1},{end - first}";

    /// <summary>A line end of Windows is otherwise not to be seen, and may be all that changes.</summary>
    private static string Shown(string line) => line.EndsWith('\r') ? line[..^1] + "\\r" : line;
}
