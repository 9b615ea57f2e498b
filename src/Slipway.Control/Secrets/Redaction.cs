using System.Text.RegularExpressions;

namespace Slipway.Control.Secrets;

/// <summary>Takes an app's secrets out of texts that others than its owner may read.</summary>
internal sealed partial class Redaction
{
    /// <summary>A shorter value is no secret, and would be found in every other word.</summary>
    private const int Shortest = 6;

    private readonly List<string> _secrets;

    private Redaction(List<string> secrets) => _secrets = secrets;

    public static Redaction Of(IEnumerable<KeyValuePair<string, string>> config) => new(
    [
        .. config.SelectMany(one => SecretName().IsMatch(one.Key) ? [one.Value] : UrlPassword().Match(one.Value) is { Success: true } url ? (string[])[url.Groups[1].Value] : [])
            .Where(value => value.Length >= Shortest).Distinct().OrderByDescending(value => value.Length),
    ]);

    /// <summary>Also what is no secret by its name: for texts that leave the server.</summary>
    public static Redaction OfAll(IEnumerable<string> values) => new([.. values.Where(value => value.Length >= Shortest).Distinct().OrderByDescending(value => value.Length)]);

    public string Apply(string text)
    {
        foreach (var secret in _secrets) text = text.Replace(secret, "••••", StringComparison.Ordinal);
        return text;
    }

    [GeneratedRegex("SECRET|PASSWORD|PASSWD|TOKEN|PRIVATE|CREDENTIAL|DSN|(^|_)(API_?)?KEY$|(^|_)PASS$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex SecretName();

    [GeneratedRegex(@"\A\w+://[^/\s:@]*:([^/\s@]+)@", RegexOptions.CultureInvariant)]
    private static partial Regex UrlPassword();
}
