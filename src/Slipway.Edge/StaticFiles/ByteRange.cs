using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Slipway.Edge.StaticFiles;

/// <summary>The one range that a request asks for. Several at once are answered with the whole file, as RFC 9110 (14.2) allows.</summary>
internal readonly record struct ByteRange(long Start, long Length)
{
    public bool IsSatisfiable => Length > 0;

    /// <returns>Null when the whole file is to be sent.</returns>
    public static ByteRange? Of(IHeaderDictionary headers, StaticFile file)
    {
        if (headers.Range is not [{ } text] || !text.StartsWith("bytes=", StringComparison.OrdinalIgnoreCase)) return null;
        if (headers.IfRange is [{ } condition] && !StillHolds(condition, file)) return null;

        var spec = text.AsSpan("bytes=".Length).Trim();
        var dash = spec.IndexOf('-');
        if (dash < 0 || spec.Contains(',')) return null;
        if (dash == 0)
        {
            if (!TryParse(spec[1..], out var last)) return null;
            var length = Math.Min(last, file.Length);
            return new ByteRange(file.Length - length, length);
        }

        if (!TryParse(spec[..dash], out var start)) return null;
        var end = file.Length - 1;
        if (dash < spec.Length - 1)
        {
            if (!TryParse(spec[(dash + 1)..], out var asked) || asked < start) return null;
            end = Math.Min(asked, end);
        }

        return start > end ? default(ByteRange) : new ByteRange(start, end - start + 1);
    }

    private static bool StillHolds(string condition, StaticFile file) => condition.StartsWith('"')
        ? condition == file.ETag
        : file.LastModified is { } modified && Preconditions.TimeOf(condition) == modified;

    private static bool TryParse(ReadOnlySpan<char> digits, out long value) =>
        long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
