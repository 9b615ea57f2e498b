using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Slipway.Contracts.Names;

/// <summary>The name of a stack, with its variant and date once built: <c>python</c>, <c>python-build</c>, <c>postgres</c>.</summary>
[JsonConverter(typeof(TypedNameConverter<StackName>))]
public readonly partial record struct StackName : ITypedName<StackName>
{
    private readonly string? _value;

    private StackName(string value) => _value = value;

    public string Value => _value ?? throw new InvalidOperationException("StackName was never set.");

    public static string Noun => "stack name";

    public static string Rule => "1 to 40 lower-case letters, digits and dashes, beginning with a letter";

    public static string Example => "python";

    public static string ErrorId => "invalid_stack_name";

    public static bool TryParse([NotNullWhen(true)] string? text, out StackName name)
    {
        var ok = text is not null && Pattern().IsMatch(text);
        name = ok ? new StackName(text!) : default;
        return ok;
    }

    public static StackName Parse(string? text) => TypedName.Parse<StackName>(text);

    public override string ToString() => Value;

    [GeneratedRegex(@"\A[a-z][a-z0-9-]{0,39}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
