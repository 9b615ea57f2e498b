using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Slipway.Contracts.Names;

/// <summary>A host name that an app answers to.</summary>
[JsonConverter(typeof(TypedNameConverter<DomainName>))]
public readonly partial record struct DomainName : ITypedName<DomainName>
{
    private readonly string? _value;

    private DomainName(string value) => _value = value;

    public string Value => _value ?? throw new InvalidOperationException("DomainName was never set.");

    public static string Noun => "domain name";

    public static string Rule => "labels of lower-case letters, digits and dashes joined by dots, at most 253 characters";

    public static string Example => "www.example.com";

    public static string ErrorId => "invalid_domain";

    public static bool TryParse([NotNullWhen(true)] string? text, out DomainName name)
    {
        var ok = text is not null && Pattern().IsMatch(text);
        name = ok ? new DomainName(text!) : default;
        return ok;
    }

    public static DomainName Parse(string? text) => TypedName.Parse<DomainName>(text);

    public override string ToString() => Value;

    [GeneratedRegex(@"\A(?=.{1,253}\z)(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
