using System.Text;

namespace Slipway.Control.Ejections;

/// <summary>
/// An environment as lines that a shell, systemd and docker compose read alike: a plain value as it is, others in single
/// quotes, where nothing has a meaning, and those with a single quote in double ones.
/// </summary>
internal static class EnvFile
{
    private const string Plain = "_@%+=:,./-";

    public static string Write(IEnumerable<string> comments, IReadOnlyDictionary<string, string> environment)
    {
        var text = new StringBuilder();
        foreach (var comment in comments) text.Append("# ").Append(comment).Append('\n');
        foreach (var (key, value) in environment.OrderBy(one => one.Key, StringComparer.Ordinal)) text.Append(key).Append('=').Append(Quote(value)).Append('\n');
        return text.ToString();
    }

    private static string Quote(string value)
    {
        if (value.Length > 0 && value.All(c => char.IsAsciiLetterOrDigit(c) || Plain.Contains(c))) return value;
        if (!value.Contains('\'')) return $"'{value}'";
        var text = new StringBuilder("\"");
        foreach (var c in value)
        {
            if (c is '"' or '\\' or '`' or '$') text.Append('\\');
            text.Append(c);
        }

        return text.Append('"').ToString();
    }
}
