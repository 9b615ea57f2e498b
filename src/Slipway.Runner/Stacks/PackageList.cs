using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;

namespace Slipway.Runner.Stacks;

/// <summary>
/// What a stack is made of, from <c>Stacks/packages/NAME.txt</c>: a Debian package a line, <c>@NAME</c> for all of another
/// list, <c>%NAME</c> for a part that is copied from this machine (<see cref="HostDotnet"/>).
/// </summary>
internal sealed record PackageList(IReadOnlyList<string> Packages, IReadOnlyList<string> FromHost)
{
    private const string Prefix = "packages/";

    /// <exception cref="SlipwayException">404 <c>unknown_stack</c>.</exception>
    public static PackageList Of(StackName name)
    {
        var lines = Read(name.Value).Distinct().Order(StringComparer.Ordinal).ToLookup(line => line[0] == '%');
        return new PackageList([.. lines[false]], [.. lines[true].Select(line => line[1..])]);
    }

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
