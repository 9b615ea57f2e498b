using System.Text;

namespace Slipway.Control.Sources;

/// <summary>Relative paths inside a source: parts joined by single slashes, never empty, never <c>.</c> or <c>..</c>.</summary>
internal static class SourcePath
{
    /// <returns>Null for the root itself.</returns>
    /// <exception cref="Contracts.Errors.SlipwayException">422: the name leaves the tree, or cannot be a file's name.</exception>
    public static string? Normalize(string name, SourceLimits limits)
    {
        if (name.StartsWith('/')) throw SourceErrors.Unsafe(name, "Its path is absolute.");
        // Both come out of a name that is not UTF-8, or that would lie to whoever reads a log.
        if (name.Any(c => char.IsControl(c) || c == '\uFFFD'))
            throw SourceErrors.Unsafe(name, "Its name holds control characters or is not UTF-8.");

        var parts = name.Split('/').Where(part => part is not ("" or ".")).ToArray();
        if (parts.Contains("..")) throw SourceErrors.Unsafe(name, "Its path has '..' in it.");
        if (parts.Any(part => Encoding.UTF8.GetByteCount(part) > limits.NameBytes))
            throw SourceErrors.Unsafe(name, $"A name may have {limits.NameBytes} bytes.");
        var path = string.Join('/', parts);
        if (Encoding.UTF8.GetByteCount(path) > limits.PathBytes)
            throw SourceErrors.Unsafe(name, $"A path may have {limits.PathBytes} bytes.");
        return path.Length == 0 ? null : path;
    }

    /// <summary>
    /// Whether a letter and its accent are two characters in it (NFD), as macOS writes names; from keyboards, and so in links
    /// and code, they are one (NFC).
    /// </summary>
    public static bool IsDecomposed(string path)
    {
        for (var at = 1; at < path.Length; at++)
            if (path[at] is (>= '\u0300' and <= '\u036f') or '\u3099' or '\u309a' or (>= '\u1161' and <= '\u1175') && char.IsLetter(path[at - 1])) return true;
        return false;
    }

    public static string? Parent(string path) => path.LastIndexOf('/') is > 0 and var slash ? path[..slash] : null;

    public static string Name(string path) => path[(path.LastIndexOf('/') + 1)..];

    public static bool IsBelow(string path, string folder) =>
        path.Length > folder.Length && path[folder.Length] == '/' && path.StartsWith(folder, StringComparison.Ordinal);
}
