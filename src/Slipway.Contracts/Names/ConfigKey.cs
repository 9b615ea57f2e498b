using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Slipway.Contracts.Names;

/// <summary>The name of a config var: an environment variable of the app.</summary>
[JsonConverter(typeof(TypedNameConverter<ConfigKey>))]
public readonly partial record struct ConfigKey : ITypedName<ConfigKey>
{
    private readonly string? _value;

    private ConfigKey(string value) => _value = value;

    public string Value => _value ?? throw new InvalidOperationException("ConfigKey was never set.");

    public static string Noun => "config var name";

    public static string Rule => "1 to 128 letters, digits and underscores, not beginning with a digit";

    public static string Example => "API_KEY";

    public static string ErrorId => "invalid_config_key";

    /// <summary>Slipway itself gives it to each instance, except for what docs/django-settings.md lets people choose.</summary>
    public static bool IsReserved(string key) =>
        key is "PORT" || key.StartsWith("SLIPWAY_", StringComparison.Ordinal) && key is not ("SLIPWAY_SETTINGS_KEEP" or "SLIPWAY_DATABASE");

    public static bool TryParse([NotNullWhen(true)] string? text, out ConfigKey name)
    {
        var ok = text is not null && Pattern().IsMatch(text);
        name = ok ? new ConfigKey(text!) : default;
        return ok;
    }

    public static ConfigKey Parse(string? text) => TypedName.Parse<ConfigKey>(text);

    public override string ToString() => Value;

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]{0,127}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
