using Slipway.Contracts.Names;

namespace Slipway.Control.Releases;

/// <summary>Changes to config vars, and how the release that they make is described.</summary>
internal static class ConfigChange
{
    /// <param name="changes">Null unsets.</param>
    /// <returns>The new config vars; a null description when nothing changes.</returns>
    public static (Dictionary<string, string> Config, string? Description) Apply(
        IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<ConfigKey, string?> changes)
    {
        var config = new Dictionary<string, string>(before, StringComparer.Ordinal);
        var (set, unset) = (new List<string>(), new List<string>());
        foreach (var (key, value) in changes)
        {
            if (value is null)
            {
                if (config.Remove(key.Value)) unset.Add(key.Value);
            }
            else if (config.GetValueOrDefault(key.Value) != value)
            {
                config[key.Value] = value;
                set.Add(key.Value);
            }
        }

        // Heroku's words.
        string[] parts = [.. Describe("Set", set), .. Describe("Remove", unset)];
        return (config, parts.Length == 0 ? null : string.Join("; ", parts));
    }

    private static IEnumerable<string> Describe(string verb, List<string> keys) =>
        keys.Count == 0 ? [] : [$"{verb} {string.Join(", ", keys.Order(StringComparer.Ordinal))} config vars"];
}
