using System.Text.RegularExpressions;
using Slipway.Contracts.Runner;

namespace Slipway.Control.Builds.Node;

/// <summary>npm's version ranges, as far as they concern Node.js itself.</summary>
internal static partial class NodeVersions
{
    public static Version OfStack(StackInfo stack) =>
        stack.Packages.Select(package => Package().Match(package)).FirstOrDefault(match => match.Success) is { } node
            ? new Version(int.Parse(node.Groups[1].Value), int.Parse(node.Groups[2].Value), int.Parse(node.Groups[3].Value))
            : throw new InvalidDataException($"The stack {stack.Name} of {stack.Date} lists no nodejs.");

    /// <summary><c>>=16</c>, <c>^18.2</c>, <c>18.x</c>, <c>v18</c>, <c>16 - 20</c>, <c>14 || 18</c>. What it does not understand (<c>lts/*</c>) it takes as satisfied: npm decides then.</summary>
    public static bool Satisfies(string range, Version stack) => range.Split("||", StringSplitOptions.TrimEntries).Any(one => All(Hyphen().Replace(one, ">=$1 <=$2"), stack));

    private static bool All(string comparators, Version stack) => Comparator().Matches(comparators).All(part => One(part, stack));

    private static bool One(Match part, Version stack)
    {
        int[] asked = [.. part.Groups["version"].Value.Split('.').Select(int.Parse)];
        int[] have = [stack.Major, stack.Minor, stack.Build];
        var order = asked.Select((number, at) => have[at].CompareTo(number)).FirstOrDefault(each => each != 0);
        bool Starts(int count) => have.Take(count).SequenceEqual(asked.Take(count));
        return part.Groups["op"].Value switch
        {
            ">=" => order >= 0,
            // A part that is not named stands for any: >18 begins with 19, and <=18 ends with the last 18.
            ">" => order > 0,
            "<=" => order <= 0,
            "<" => order < 0,
            "^" => order >= 0 && Starts(1),
            "~" => order >= 0 && Starts(Math.Min(2, asked.Length)),
            _ => Starts(asked.Length),
        };
    }

    [GeneratedRegex(@"\Anodejs=(?:\d+:)?(\d{1,3})\.(\d{1,3})\.(\d{1,3})", RegexOptions.CultureInvariant)]
    private static partial Regex Package();

    [GeneratedRegex(@"(\d[\d.]*)\s+-\s+(\d[\d.]*)", RegexOptions.CultureInvariant)]
    private static partial Regex Hyphen();

    [GeneratedRegex(@"(?<![\w/.-])(?<op>>=|<=|\^|~|>|<|=)?\s*v?(?<version>\d{1,3}(\.\d{1,3}){0,2})(\.[x*]){0,2}", RegexOptions.CultureInvariant)]
    private static partial Regex Comparator();
}
