using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Slipway.Contracts.Names;

/// <summary>The name of an app: first label of its own host name, folder name, and database name.</summary>
[JsonConverter(typeof(TypedNameConverter<AppName>))]
public readonly partial record struct AppName : ITypedName<AppName>
{
    private readonly string? _value;

    private AppName(string value) => _value = value;

    public string Value => _value ?? throw new InvalidOperationException("AppName was never set.");

    /// <summary>Names beginning with <c>slipway</c> belong to Slipway itself: its add-ons' servers, its own host.</summary>
    public bool IsReserved => Value.StartsWith("slipway", StringComparison.Ordinal);

    public static string Noun => "app name";

    public static string Rule => "3 to 30 lower-case letters, digits and single dashes, beginning with a letter, ending with a letter or digit";

    public static string Example => "my-shop";

    public static string ErrorId => "invalid_app_name";

    public static bool TryParse([NotNullWhen(true)] string? text, out AppName name)
    {
        var ok = text is not null && Pattern().IsMatch(text);
        name = ok ? new AppName(text!) : default;
        return ok;
    }

    public static AppName Parse(string? text) => TypedName.Parse<AppName>(text);

    public override string ToString() => Value;

    [GeneratedRegex(@"\A(?=.{3,30}\z)[a-z][a-z0-9]*(-[a-z0-9]+)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
