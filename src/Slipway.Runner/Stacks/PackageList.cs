using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;

namespace Slipway.Runner.Stacks;

/// <summary>The Debian packages of a stack, from <c>Stacks/packages/NAME.txt</c>: one a line, <c>@NAME</c> for all of another list.</summary>
internal static class PackageList
{
    private const string Prefix = "packages/";

    /// <exception cref="SlipwayException">404 <c>unknown_stack</c>.</exception>
    public static IReadOnlyList<string> Of(StackName name) => [.. Read(name.Value).Distinct().Order(StringComparer.Ordinal)];

    private static IEnumerable<string> Read(string name)
    {
        using var resource = typeof(PackageList).Assembly.GetManifestResourceStream($"{Prefix}{name}.txt") ?? throw Unknown(name);
        using var reader = new StreamReader(resource);
        foreach (var line in reader.ReadToEnd().Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (line[0] == '#') continue;
            if (line[0] != '@') yield return line;
            else
            {
                foreach (var package in Read(line[1..])) yield return package;
            }
        }
    }

    private static SlipwayException Unknown(string name)
    {
        var known = typeof(PackageList).Assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)).Select(n => n[Prefix.Length..^".txt".Length]);
        return new SlipwayException(404, new SlipwayError("unknown_stack", $"There is no stack '{name}'.") { Why = $"The stacks are: {string.Join(", ", known.Order(StringComparer.Ordinal))}." });
    }
}
