using Slipway.Contracts.Names;

namespace Slipway.Control.Releases;

/// <summary>Changes to config vars, and how the release that they make is described.</summary>
internal static class ConfigChange
{
    /// <param name="changes">Null unsets.</param>
    public static Dictionary<string, string> Apply(IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<ConfigKey, string?> changes)
    {
        var config = new Dictionary<string, string>(before, StringComparer.Ordinal);
        foreach (var (key, value) in changes)
        {
            if (value is null) config.Remove(key.Value);
            else config[key.Value] = value;
        }

        return config;
    }

    /// <returns>The difference in Heroku's words; null when there is none.</returns>
    public static string? Describe(IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> after)
    {
        string[] parts =
        [
            .. Describe("Set", after.Where(pair => before.GetValueOrDefault(pair.Key) != pair.Value).Select(pair => pair.Key)),
            .. Describe("Remove", before.Keys.Where(key => !after.ContainsKey(key))),
        ];
        return parts.Length == 0 ? null : string.Join("; ", parts);
    }

    private static IEnumerable<string> Describe(string verb, IEnumerable<string> keys) =>
        keys.Any() ? [$"{verb} {string.Join(", ", keys.Order(StringComparer.Ordinal))} config vars"] : [];
}
