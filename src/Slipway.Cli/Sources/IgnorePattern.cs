using System.Text;

namespace Slipway.Cli.Sources;

/// <summary>One line of a <c>.gitignore</c>, with git's meaning (gitignore(5), wildmatch).</summary>
internal sealed class IgnorePattern
{
    private readonly byte[] _glob;
    private readonly bool _directoryOnly;

    /// <summary>The pattern has a slash inside: it is matched against the path from the ignore file's folder, not against the name alone.</summary>
    private readonly bool _anchored;

    private IgnorePattern(string glob, bool negated, bool directoryOnly, bool anchored)
    {
        (_glob, Negated, _directoryOnly, _anchored) = (Encoding.UTF8.GetBytes(glob), negated, directoryOnly, anchored);
    }

    /// <summary><c>!pattern</c>: what matches is kept although an earlier pattern leaves it out.</summary>
    public bool Negated { get; }

    /// <returns>Null for a comment or an empty line.</returns>
    public static IgnorePattern? Parse(string line)
    {
        var text = WithoutTrailingSpaces(line.TrimEnd('\r'));
        if (text.Length == 0 || text[0] == '#') return null;
        var negated = text[0] == '!';
        if (negated) text = text[1..];
        var directoryOnly = text.EndsWith('/');
        if (directoryOnly) text = text[..^1];
        if (text.Length == 0) return null;
        var anchored = text.Contains('/');
        return new IgnorePattern(text[0] == '/' ? text[1..] : text, negated, directoryOnly, anchored);
    }

    /// <param name="path">UTF-8, from the ignore file's folder, with slashes, without one at either end.</param>
    public bool Matches(ReadOnlySpan<byte> path, bool isDirectory)
    {
        if (_directoryOnly && !isDirectory) return false;
        return Wildmatch.Matches(_glob, _anchored ? path : path[(path.LastIndexOf((byte)'/') + 1)..]);
    }

    /// <summary>Spaces at the end do not count unless a backslash is before them.</summary>
    private static string WithoutTrailingSpaces(string line)
    {
        var end = line.Length;
        while (end > 0 && line[end - 1] == ' ' && !(end > 1 && IsEscaped(line, end - 1))) end--;
        return line[..end];
    }

    private static bool IsEscaped(string line, int at)
    {
        var backslashes = 0;
        while (at - 1 - backslashes >= 0 && line[at - 1 - backslashes] == '\\') backslashes++;
        return backslashes % 2 == 1;
    }
}
