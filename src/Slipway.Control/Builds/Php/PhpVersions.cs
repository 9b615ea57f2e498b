using System.Text.RegularExpressions;
using Slipway.Contracts.Runner;

namespace Slipway.Control.Builds.Php;

/// <summary>Composer's version constraints, as far as they concern PHP's own version.</summary>
internal static partial class PhpVersions
{
    public static Version OfStack(StackInfo stack) =>
        stack.Packages.Select(package => Package().Match(package)).FirstOrDefault(match => match.Success) is { } php
            ? new Version(int.Parse(php.Groups[1].Value), int.Parse(php.Groups[2].Value), int.Parse(php.Groups[3].Value))
            : throw new InvalidDataException($"The stack {stack.Name} of {stack.Date} lists no php-fpm.");

    /// <summary><c>^8.1</c>, <c>>=7.4 &lt;9</c>, <c>7.4.* || ~8.0</c>. What it does not understand it takes as satisfied: Composer decides then.</summary>
    public static bool Satisfies(string constraint, Version stack) =>
        constraint.Split('|', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Any(any => Part().Matches(any).All(one => One(one, stack)));

    private static bool One(Match part, Version stack)
    {
        int[] asked = [.. part.Groups["version"].Value.Split('.').Select(int.Parse)];
        int[] have = [stack.Major, stack.Minor, stack.Build];
        var order = asked.Select((number, at) => have[Math.Min(at, 2)].CompareTo(number)).FirstOrDefault(each => each != 0);
        bool Starts(int count) => have.Take(count).SequenceEqual(asked.Take(count));
        return part.Groups["op"].Value switch
        {
            ">=" => order >= 0,
            ">" => order > 0,
            "<=" => order <= 0,
            "<" => order < 0,
            "!=" => order != 0,
            "^" => order >= 0 && Starts(1),
            // ~8.1 allows 8.x from 8.1 on, ~8.1.3 allows 8.1.x from 8.1.3 on.
            "~" => order >= 0 && Starts(Math.Max(1, asked.Length - 1)),
            _ => Starts(Math.Min(asked.Length, 3)),
        };
    }

    [GeneratedRegex(@"\Aphp\d\.\d-fpm=(\d{1,3})\.(\d{1,3})\.(\d{1,3})", RegexOptions.CultureInvariant)]
    private static partial Regex Package();

    [GeneratedRegex(@"(?<op>>=|<=|!=|\^|~|>|<|=)?\s*v?(?<version>\d{1,3}(\.\d{1,3}){0,2})(\.\*)?", RegexOptions.CultureInvariant)]
    private static partial Regex Part();
}
