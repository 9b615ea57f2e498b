using System.Text.Encodings.Web;
using System.Text.Json;

namespace Slipway.Control.Ejections.Recipes;

/// <summary>How values are written into YAML: JSON's strings and arrays, which are YAML's too.</summary>
internal static class Text
{
    public static string Quote(string value) => $"\"{JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";

    public static string List(IEnumerable<string> values) => $"[{string.Join(", ", values.Select(Quote))}]";

    /// <summary>Each line further in; empty ones stay empty.</summary>
    public static string Indent(int by, string text) =>
        string.Join('\n', text.TrimEnd('\n').Split('\n').Select(line => line.Length == 0 ? "" : new string(' ', by) + line)) + "\n";
}
