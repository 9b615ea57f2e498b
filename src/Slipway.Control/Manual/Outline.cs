using System.Text;
using System.Text.Json.Nodes;

namespace Slipway.Control.Manual;

/// <summary>A schema in the form of what it describes: names, and types where the values are.</summary>
internal static class Outline
{
    public static string Of(JsonNode schema)
    {
        var text = new StringBuilder();
        Write(text, schema, 0);
        return text.ToString();
    }

    private static void Write(StringBuilder text, JsonNode? schema, int depth)
    {
        var indent = new string(' ', (depth + 1) * 2);
        if (schema is JsonObject && schema["properties"] is JsonObject properties)
        {
            text.Append("{\n");
            foreach (var (name, property) in properties)
            {
                text.Append(indent).Append(name).Append(": ");
                Write(text, property, depth + 1);
                text.Append('\n');
            }

            text.Append(indent[2..]).Append('}');
        }
        else if (schema is JsonObject && schema["items"] is { } items)
        {
            text.Append('[');
            Write(text, items, depth);
            text.Append(", …]");
        }
        else
        {
            text.Append(Type(schema));
        }
    }

    private static string Type(JsonNode? schema)
    {
        if (schema is not JsonObject) return "anything";
        var type = schema["type"] is JsonArray several ? string.Join(" or ", several.Select(one => (string?)one)) : (string?)schema["type"] ?? "anything";
        return (string?)schema["format"] is { } format ? $"{type} ({format})" : type;
    }
}
