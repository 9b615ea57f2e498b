using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Slipway.Contracts.Names;

/// <summary>The name of a volume inside its app.</summary>
[JsonConverter(typeof(TypedNameConverter<VolumeName>))]
public readonly partial record struct VolumeName : ITypedName<VolumeName>
{
    private readonly string? _value;

    private VolumeName(string value) => _value = value;

    public string Value => _value ?? throw new InvalidOperationException("VolumeName was never set.");

    public static string Noun => "volume name";

    public static string Rule => "1 to 30 lower-case letters, digits and dashes, beginning with a letter";

    public static string Example => "media";

    public static string ErrorId => "invalid_volume_name";

    public static bool TryParse([NotNullWhen(true)] string? text, out VolumeName name)
    {
        var ok = text is not null && Pattern().IsMatch(text);
        name = ok ? new VolumeName(text!) : default;
        return ok;
    }

    public static VolumeName Parse(string? text) => TypedName.Parse<VolumeName>(text);

    public override string ToString() => Value;

    [GeneratedRegex(@"\A[a-z][a-z0-9-]{0,29}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
