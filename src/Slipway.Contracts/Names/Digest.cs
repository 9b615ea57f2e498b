using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Slipway.Contracts.Names;

/// <summary>SHA-256 of content, written <c>sha256:</c> and 64 lower-case hex digits. Names layers and sources.</summary>
[JsonConverter(typeof(TypedNameConverter<Digest>))]
public readonly partial record struct Digest : ITypedName<Digest>
{
    private readonly string? _value;

    private Digest(string value) => _value = value;

    public string Value => _value ?? throw new InvalidOperationException("Digest was never set.");

    /// <summary>The digest as a file name: <c>sha256-…</c>.</summary>
    public string FileName => "sha256-" + Value["sha256:".Length..];

    /// <summary>First twelve hex digits, for people.</summary>
    public string Short => Value.Substring("sha256:".Length, 12);

    public static string Noun => "digest";

    public static string Rule => "'sha256:' and 64 lower-case hex digits";

    public static string Example => "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    public static string ErrorId => "invalid_digest";

    public static bool TryParse([NotNullWhen(true)] string? text, out Digest name)
    {
        var ok = text is not null && Pattern().IsMatch(text);
        name = ok ? new Digest(text!) : default;
        return ok;
    }

    public static Digest Parse(string? text) => TypedName.Parse<Digest>(text);

    /// <param name="sha256">32 bytes.</param>
    public static Digest FromHash(ReadOnlySpan<byte> sha256) => Parse("sha256:" + Convert.ToHexStringLower(sha256));

    public override string ToString() => Value;

    [GeneratedRegex(@"\Asha256:[0-9a-f]{64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
