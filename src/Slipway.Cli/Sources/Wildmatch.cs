using System.Text;

namespace Slipway.Cli.Sources;

/// <summary>git's globs: <c>*</c> and <c>?</c> stop at slashes, <c>**</c> between slashes crosses folders, <c>[a-z]</c>, <c>[!x]</c>, <c>[[:alpha:]]</c>, backslash. Bytes of UTF-8, as git sees them.</summary>
internal static class Wildmatch
{
    public static bool Matches(ReadOnlySpan<byte> glob, ReadOnlySpan<byte> text) => MatchesFrom(glob, 0, text);

    private static bool MatchesFrom(ReadOnlySpan<byte> glob, int g, ReadOnlySpan<byte> text)
    {
        while (g < glob.Length)
        {
            if (glob[g] == '*') return MatchesStar(glob, g, text);
            if (text.IsEmpty) return false;
            switch (glob[g])
            {
                case (byte)'?':
                    if (text[0] == '/') return false;
                    g++;
                    break;
                case (byte)'[':
                    if (text[0] == '/' || MatchClass(glob[g..], text[0]) is not (true, var length)) return false;
                    g += length;
                    break;
                case (byte)'\\':
                    if (g + 1 >= glob.Length || glob[g + 1] != text[0]) return false;
                    g += 2;
                    break;
                default:
                    if (glob[g] != text[0]) return false;
                    g++;
                    break;
            }
            text = text[1..];
        }
        return text.IsEmpty;
    }

    private static bool MatchesStar(ReadOnlySpan<byte> glob, int g, ReadOnlySpan<byte> text)
    {
        var end = g;
        while (end < glob.Length && glob[end] == '*') end++;
        // '**' is special only as a whole part of the path; anywhere else it is a '*'.
        var crosses = end - g >= 2 && (g == 0 || glob[g - 1] == '/')
            && (end == glob.Length || glob[end] == '/' || glob[end..].StartsWith("\\/"u8));
        if (crosses && end == glob.Length) return true;
        if (crosses)
        {
            var rest = glob[end] == '/' ? end + 1 : end + 2;
            if (MatchesFrom(glob, rest, text)) return true;
            for (var slash = 0; slash < text.Length; slash++)
            {
                if (text[slash] == '/' && MatchesFrom(glob, rest, text[(slash + 1)..])) return true;
            }
            return false;
        }
        for (var skipped = 0; ; skipped++)
        {
            if (MatchesFrom(glob, end, text[skipped..])) return true;
            if (skipped == text.Length || text[skipped] == '/') return false;
        }
    }

    /// <summary>Matches one character against the class that <paramref name="glob"/> begins with; an unclosed class matches nothing.</summary>
    private static (bool Matches, int Length) MatchClass(ReadOnlySpan<byte> glob, byte c)
    {
        var i = 1;
        var negated = i < glob.Length && glob[i] is (byte)'!' or (byte)'^';
        if (negated) i++;
        var found = false;
        for (var first = true; i < glob.Length && (glob[i] != ']' || first); first = false)
        {
            if (glob[i..].StartsWith("[:"u8) && glob[i..].IndexOf(":]"u8) is > 1 and var close)
            {
                found |= IsInNamedClass(glob[(i + 2)..(i + close)], (char)c);
                i += close + 2;
                continue;
            }
            var low = Literal(glob, ref i);
            if (low is null) return (false, 0);
            if (i + 1 < glob.Length && glob[i] == '-' && glob[i + 1] != ']')
            {
                i++;
                var high = Literal(glob, ref i);
                if (high is null) return (false, 0);
                found |= c == low || (c > low && c <= high);
            }
            else found |= c == low;
        }
        return i < glob.Length ? (found != negated, i + 1) : (false, 0);
    }

    private static byte? Literal(ReadOnlySpan<byte> glob, ref int i)
    {
        if (glob[i] == '\\') i++;
        return i < glob.Length ? glob[i++] : null;
    }

    private static bool IsInNamedClass(ReadOnlySpan<byte> name, char c) => Encoding.ASCII.GetString(name) switch
    {
        "alnum" => char.IsAsciiLetterOrDigit(c),
        "alpha" => char.IsAsciiLetter(c),
        "blank" => c is ' ' or '\t',
        "cntrl" => char.IsAscii(c) && char.IsControl(c),
        "digit" => char.IsAsciiDigit(c),
        "graph" => c is > ' ' and < '\x7f',
        "lower" => char.IsAsciiLetterLower(c),
        "print" => c is >= ' ' and < '\x7f',
        "punct" => c is > ' ' and < '\x7f' && !char.IsAsciiLetterOrDigit(c),
        "space" => c is ' ' or (>= '\t' and <= '\r'),
        "upper" => char.IsAsciiLetterUpper(c),
        "xdigit" => char.IsAsciiHexDigit(c),
        _ => false,
    };
}
