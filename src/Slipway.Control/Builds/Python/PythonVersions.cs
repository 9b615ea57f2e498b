using System.Text.RegularExpressions;

namespace Slipway.Control.Builds.Python;

/// <summary>Python versions as files ask for them, against the one that the stack has.</summary>
internal static partial class PythonVersions
{
    /// <param name="asked"><c>3.11</c>, <c>3.11.4</c>, <c>python-3.11.4</c>, <c>3.11.*</c>.</param>
    /// <returns>Null when the text is no version.</returns>
    public static bool? Matches(string asked, Version stack) =>
        Asked().Match(asked) is { Success: true } m
            ? int.Parse(m.Groups["major"].Value) == stack.Major && (!m.Groups["minor"].Success || int.Parse(m.Groups["minor"].Value) == stack.Minor)
            : null;

    /// <summary>
    /// A specifier set of PEP 440 (<c>>=3.9,&lt;3.13</c>), or Poetry's <c>^3.10</c> and <c>~3.10</c>. What it does not
    /// understand it takes as satisfied: pip decides then.
    /// </summary>
    public static bool Satisfies(string specifiers, Version stack) =>
        specifiers.Split("||").Any(any => any.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).All(one => One(one, stack)));

    private static bool One(string specifier, Version stack)
    {
        if (Specifier().Match(specifier) is not { Success: true } m) return true;
        var parts = m.Groups["version"].Value.Split('.').Select(int.Parse).ToArray();
        var order = Compare(stack, parts);
        return m.Groups["op"].Value switch
        {
            ">=" => order >= 0,
            ">" => order > 0,
            // 3.13 is meant as 3.13.0 here, and the stack's patch level counts.
            "<=" => order <= 0,
            "<" => order < 0,
            "!=" => !(m.Groups["any"].Success ? StartsWith(stack, parts) : order == 0),
            "~=" => order >= 0 && StartsWith(stack, parts[..^1]),
            "^" => order >= 0 && StartsWith(stack, parts[..1]),
            "~" => order >= 0 && StartsWith(stack, parts[..Math.Min(2, parts.Length)]),
            // An exact patch level is taken as its minor version: Debian keeps one and mends it.
            _ => StartsWith(stack, parts[..Math.Min(2, parts.Length)]),
        };
    }

    private static int Compare(Version stack, int[] parts)
    {
        int[] have = [stack.Major, stack.Minor, Math.Max(0, stack.Build)];
        for (var i = 0; i < 3; i++)
            if (have[i].CompareTo(i < parts.Length ? parts[i] : 0) is not 0 and var order) return order;
        return 0;
    }

    private static bool StartsWith(Version stack, int[] parts)
    {
        int[] have = [stack.Major, stack.Minor, Math.Max(0, stack.Build)];
        return parts.Take(3).SequenceEqual(have.Take(Math.Min(3, parts.Length)));
    }

    [GeneratedRegex(@"\A(python-|cpython-)?(?<major>\d{1,3})(\.(?<minor>\d{1,3}))?(\.(\d{1,3}|\*|x))?\z", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Asked();

    [GeneratedRegex(@"\A(?<op>>=|<=|==|!=|~=|===|>|<|\^|~)?\s*(?<version>\d{1,3}(\.\d{1,3}){0,3})(?<any>\.\*)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Specifier();
}
