namespace Slipway.Edge.StaticFiles;

/// <summary>
/// Which decoded URL paths may name a file. The server has decoded the path once and resolved its dot segments; the
/// kernel guards the folder itself (see <see cref="Native.ServedFolder"/>). This is the line before that.
/// </summary>
internal static class StaticPath
{
    private const string WellKnown = ".well-known/";

    /// <summary>As <see cref="IsFile"/>; and what the web's own conventions put into <c>/.well-known/</c>.</summary>
    public static bool IsPublicFile(ReadOnlySpan<char> relative) =>
        IsFile(relative.StartsWith(WellKnown, StringComparison.Ordinal) ? relative[WellKnown.Length..] : relative);

    public static bool IsFile(ReadOnlySpan<char> relative)
    {
        if (relative.IsEmpty || relative.Length > 1024 || relative.ContainsAny('\\', '\0')) return false;
        foreach (var range in relative.Split('/'))
        {
            var segment = relative[range];
            // Also keeps out '.' and '..', and what people leave in folders without meaning to publish it.
            if (segment.IsEmpty || segment[0] == '.') return false;
        }

        return true;
    }
}
