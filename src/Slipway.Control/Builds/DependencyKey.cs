using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Slipway.Contracts.Names;

namespace Slipway.Control.Builds;

/// <summary>Names a dependency layer by everything that it is made from; equal keys, equal layers.</summary>
internal static partial class DependencyKey
{
    /// <param name="code">Digest of the code that makes the layer.</param>
    public static Digest Compute(BuildInputs inputs, DependencyPlan plan, Digest code)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        // Each part with its length before it, so that no two lists of parts read the same.
        void Add(string name, string? value) => hash.AppendData(Encoding.UTF8.GetBytes($"{name} {value?.Length ?? -1} {value}\n"));

        Add("code", code.Value);
        // Installing runs code of packages that the lock files name: what one account's build made, no other account runs.
        Add("account", inputs.App.OwnerId.ToString());
        Add("stack", string.Join(' ', inputs.BuildLayers));
        Add("index", inputs.IndexUrl);
        Add("app-kind", inputs.Kind.Name);
        Add("kind", plan.Kind);
        foreach (var (name, value) in plan.Inputs.OrderBy(pair => pair.Key, StringComparer.Ordinal)) Add(name, value);
        Add("source", plan.NeedsSource ? inputs.Source.Digest.Value : null);
        foreach (var (key, value) in ConfigOf(inputs, plan).OrderBy(pair => pair.Key, StringComparer.Ordinal)) Add(key, value);
        foreach (var file in plan.Files)
            Add(file, Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(inputs.Source.Path, file)))));
        return Digest.FromHash(hash.GetHashAndReset());
    }

    /// <summary>
    /// The config vars that the installation sees: those that the installer itself reads, and those that its files name as
    /// <c>${NAME}</c>, the way to have a password there and not in the source.
    /// </summary>
    public static Dictionary<string, string> ConfigOf(BuildInputs inputs, DependencyPlan plan)
    {
        var named = plan.Files.SelectMany(file => Variable().Matches(File.ReadAllText(Path.Combine(inputs.Source.Path, file)))).Select(match => match.Groups[1].Value).ToHashSet();
        return inputs.Config.Where(pair => plan.ConfigPrefixes.Any(prefix => pair.Key.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
                || pair.Key.ToUpperInvariant() is "HTTP_PROXY" or "HTTPS_PROXY" or "NO_PROXY"
                || named.Contains(pair.Key))
            .ToDictionary();
    }

    /// <summary>As pip and npm have it.</summary>
    [GeneratedRegex(@"\$\{([A-Za-z_][A-Za-z0-9_]*)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Variable();
}
