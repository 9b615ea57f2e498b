using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Slipway.Control.Errors;

/// <summary>Takes out of what an app sends whatever its name says is nobody's business: passwords, tokens, cookies, sessions.</summary>
internal static partial class SecretKeys
{
    public const string Taken = "••••";

    public static bool IsSecret(string name) => Name().IsMatch(name);

    /// <summary>A value as JSON, what is secret in it masked, and not much longer than <paramref name="most"/>.</summary>
    public static string Write(string name, JsonElement value, int most)
    {
        if (IsSecret(name)) return Taken;
        var text = new StringBuilder();
        Write(text, value, most);
        return text.ToString();
    }

    /// <summary>In a text that was a form, a query, JSON, a header or a URL: <c>password=…</c>, <c>"token": "…"</c>, <c>redis://:…@host</c>.</summary>
    public static string TakeOut(string text)
    {
        // Most of what an app sends are texts with no name before anything in them.
        if (!text.AsSpan().ContainsAny('=', ':')) return text;
        var without = Pair().Replace(text, match => IsSecret(match.Groups["name"].Value) ? match.Groups["begin"].Value + Taken : match.Value);
        return UrlPassword().Replace(without, Taken);
    }

    private static void Write(StringBuilder text, JsonElement value, int most)
    {
        if (text.Length > most) return;
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                text.Append('{');
                foreach (var (property, at) in value.EnumerateObject().Select((one, at) => (one, at)))
                {
                    if (text.Length > most) break;
                    text.Append(at == 0 ? "" : ", ").Append(property.Name).Append(": ");
                    if (IsSecret(property.Name)) text.Append(Taken);
                    else Write(text, property.Value, most);
                }

                text.Append('}');
                break;
            case JsonValueKind.Array:
                text.Append('[');
                foreach (var (item, at) in value.EnumerateArray().Select((one, at) => (one, at)))
                {
                    if (text.Length > most) break;
                    if (at > 0) text.Append(", ");
                    // [["password", "x"]] is how some write what is not unique.
                    if (at == 1 && value.GetArrayLength() == 2 && value[0].ValueKind == JsonValueKind.String && IsSecret(value[0].GetString()!)) text.Append(Taken);
                    else Write(text, item, most);
                }

                text.Append(']');
                break;
            case JsonValueKind.String:
                var written = value.GetString()!;
                text.Append(TakeOut(written.Length > most ? written[..most] : written));
                break;
            default:
                text.Append(value.ToString());
                break;
        }
    }

    [GeneratedRegex("password|passwd|passphrase|(^|[_-])(pass|pwd|auth|ssn|cvv|dsn)($|[_-])|secret|token|api.?key|access.?key|authoriz|credential|cookie|session|csrf|xsrf|private|card.?number", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Name();

    [GeneratedRegex("""(?<begin>(?<name>(?>[\w.-]{1,60}))["']?\s{0,3}[=:]\s{0,3}["']?(?:(?:Bearer|Basic|Token)\s+)?)[^\s"'&;,})]+""", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Pair();

    [GeneratedRegex(@"(?<=://[^/\s:@]{0,100}:)[^/\s@]+(?=@)", RegexOptions.CultureInvariant)]
    private static partial Regex UrlPassword();
}
