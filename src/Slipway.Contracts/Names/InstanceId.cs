using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Slipway.Contracts.Names;

/// <summary>Identity of one container, never used twice; also its name for the OCI runtime and its folder.</summary>
[JsonConverter(typeof(TypedNameConverter<InstanceId>))]
public readonly partial record struct InstanceId : ITypedName<InstanceId>
{
    private readonly string? _value;

    private InstanceId(string value) => _value = value;

    public string Value => _value ?? throw new InvalidOperationException("InstanceId was never set.");

    public static string Noun => "instance id";

    public static string Rule => "3 to 40 lower-case letters, digits and dashes, beginning with a letter";

    public static string Example => "web-1-4f2a";

    public static string ErrorId => "invalid_instance_id";

    public static bool TryParse([NotNullWhen(true)] string? text, out InstanceId name)
    {
        var ok = text is not null && Pattern().IsMatch(text);
        name = ok ? new InstanceId(text!) : default;
        return ok;
    }

    public static InstanceId Parse(string? text) => TypedName.Parse<InstanceId>(text);

    public override string ToString() => Value;

    [GeneratedRegex(@"\A[a-z][a-z0-9-]{2,39}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
