using System.Globalization;
using System.Text.RegularExpressions;
using Slipway.Contracts.Names;
using Slipway.Control.Builds.Python;

namespace Slipway.Control.Manifests;

/// <summary>What single values of slipway.toml must be. Each says what is wrong, or null.</summary>
internal static partial class ManifestChecks
{
    private const int MaxCommand = 4096;

    public static Func<string, string?> OneOf(IEnumerable<string> words)
    {
        string[] all = [.. words];
        return text => all.Contains(text) ? null
            : $"{TypedName.Quote(text)} is none of {string.Join(", ", all)}.{(Suggestion.For(text, all) is { } word ? $" Did you mean '{word}'?" : "")}";
    }

    public static string? Command(string text) =>
        string.IsNullOrWhiteSpace(text) ? "The command is empty."
        : text.Length > MaxCommand ? $"The command is longer than {MaxCommand} characters."
        : text.Any(c => char.IsControl(c) && c is not ('\n' or '\t')) ? "The command has a control character in it."
        : null;

    /// <summary>Below the app's folder; <c>.</c> is that folder.</summary>
    public static string? Folder(string text) =>
        text.Length is > 0 and <= 400 && text[0] != '/' && !text.Split('/').Contains("..") && !text.Any(char.IsControl)
            ? null : $"{TypedName.Quote(text)} is not a folder inside the app: a relative path without '..'.";

    public static string? PythonVersion(string text) =>
        PythonVersions.Matches(text, new Version(3, 0)) is null ? $"{TypedName.Quote(text)} is not a version of Python such as 3.11." : null;

    public static string? DebianPackage(string text) =>
        PackagePattern().IsMatch(text) ? null : $"{TypedName.Quote(text)} is not the name of a Debian package.";

    public static string? Image(string text) =>
        Registries.ImageReference.TryParse(text) is null ? $"{TypedName.Quote(text)} is not {Registries.ImageReference.Rule}." : null;

    public static string? Callable(string text) =>
        CallablePattern().IsMatch(text) ? null : $"{TypedName.Quote(text)} is not module:name, such as mysite.wsgi:application, or module:factory().";

    public static string? Process(string text) => Named<ProcessType>(text);

    public static string? Volume(string text) => Named<VolumeName>(text);

    public static string? UrlPath(string text) => IsUrlPath(text) ? null : $"{TypedName.Quote(text)} is not a path of a URL such as /health.";

    public static string? UrlPrefix(string text) =>
        IsUrlPath(text) && text.Length > 1 && text[^1] == '/' && !text.Contains('?') ? null : $"{TypedName.Quote(text)} is not the beginning of a URL such as /static/, with a slash at both ends.";

    public static string? HeaderPrefix(string text) => text == "/" ? null : UrlPrefix(text);

    public static string? HeaderName(string text) =>
        !HeaderPattern().IsMatch(text) ? $"{TypedName.Quote(text)} is not the name of a header."
        : Framing.Contains(text) ? $"{text} is the server's own business: it says how an answer is sent."
        : null;

    public static string? HeaderValue(string text) =>
        text.Length is > 0 and <= 4096 && text.All(c => c is >= ' ' and <= '~') ? null : "A header's value is plain ASCII text, and not empty.";

    /// <summary>Never over the system, or what the platform put there.</summary>
    public static string? VolumePath(string text) =>
        text.StartsWith("/data/", StringComparison.Ordinal) ? Folder(text["/data/".Length..])
        : text.StartsWith('/') ? $"{TypedName.Quote(text)} is neither below /data/ nor a folder inside the app." : Folder(text);

    public static string? ByteSize(string text) =>
        Bytes(text) is >= 16L << 20 and <= 16L << 40 ? null : $"{TypedName.Quote(text)} is not a size such as 500 MiB or 10 GiB, at least 16 MiB.";

    /// <returns>Null when the text is no size.</returns>
    public static long? Bytes(string text) => SizePattern().Match(text) is { Success: true } size
        ? long.Parse(size.Groups["count"].Value, CultureInfo.InvariantCulture) << size.Groups["unit"].Value switch { "M" => 20, "G" => 30, _ => 40 }
        : null;

    private static readonly HashSet<string> Framing = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Content-Encoding", "Content-Length", "Content-Range", "Date", "Keep-Alive", "Server", "Trailer", "Transfer-Encoding", "Upgrade",
    };

    private static bool IsUrlPath(string text) =>
        text.Length is > 0 and <= 200 && text[0] == '/' && text.All(c => c is > ' ' and <= '~' and not ('#' or '\\')) && !text.Contains("//") && !text.Split('/', '?').Contains("..");

    private static string? Named<T>(string text) where T : struct, ITypedName<T> =>
        T.TryParse(text, out _) ? null : $"{TypedName.Quote(text)} is not a valid {T.Noun}: {T.Rule}.";

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9+.-]{1,99}\z", RegexOptions.CultureInvariant)]
    private static partial Regex PackagePattern();

    [GeneratedRegex(@"\A[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*(\(\))?\z", RegexOptions.CultureInvariant | RegexOptions.ECMAScript)]
    private static partial Regex CallablePattern();

    [GeneratedRegex(@"\A[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}\z", RegexOptions.CultureInvariant)]
    private static partial Regex HeaderPattern();

    [GeneratedRegex(@"\A(?<count>[0-9]{1,5}) ?(?<unit>[MGT])iB\z", RegexOptions.CultureInvariant)]
    private static partial Regex SizePattern();
}
