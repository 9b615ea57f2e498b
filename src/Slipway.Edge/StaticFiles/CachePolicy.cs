using System.Text.RegularExpressions;

namespace Slipway.Edge.StaticFiles;

/// <summary>How long a browser may use a static file without asking again.</summary>
internal static partial class CachePolicy
{
    /// <summary>The name changes with the content, so what has this name never changes.</summary>
    public const string Forever = "public, max-age=31536000, immutable";

    /// <summary>A new release shows within a minute.</summary>
    public const string Shortly = "public, max-age=60";

    /// <summary>An upload may be replaced at any time, and who saves a page wants to see it: ask each time, mostly to hear 304.</summary>
    public const string AskFirst = "no-cache";

    public static string OfLayerFile(string path, string otherwise) => HashedName().IsMatch(path) ? Forever : otherwise;

    /// <summary>
    /// <c>site.0123456789ab.css</c>, as Django's manifest storage writes it. One letter at least, so that a date in a
    /// name is not taken for a hash.
    /// </summary>
    [GeneratedRegex(@"\.(?=[0-9]*[a-f])[0-9a-f]{12}\.[A-Za-z0-9.]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex HashedName();
}
