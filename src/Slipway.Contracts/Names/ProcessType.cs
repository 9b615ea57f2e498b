using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Slipway.Contracts.Names;

/// <summary>A process type of a Procfile: <c>web</c>, <c>worker</c>, <c>release</c>.</summary>
[JsonConverter(typeof(TypedNameConverter<ProcessType>))]
public readonly partial record struct ProcessType : ITypedName<ProcessType>
{
    private readonly string? _value;

    private ProcessType(string value) => _value = value;

    public string Value => _value ?? throw new InvalidOperationException("ProcessType was never set.");

    public static string Noun => "process type";

    public static string Rule => "1 to 32 letters, digits, dashes and underscores, beginning with a letter";

    public static string Example => "worker";

    public static string ErrorId => "invalid_process_type";

    public static bool TryParse([NotNullWhen(true)] string? text, out ProcessType name)
    {
        var ok = text is not null && Pattern().IsMatch(text);
        name = ok ? new ProcessType(text!) : default;
        return ok;
    }

    public static ProcessType Parse(string? text) => TypedName.Parse<ProcessType>(text);

    public override string ToString() => Value;

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9_-]{0,31}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
