using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using Slipway.Contracts.Names;

namespace Slipway.Control.Manual;

/// <summary>Contracts as JSON Schema, from the same metadata that writes and reads them.</summary>
internal static class ContractSchemas
{
    private static readonly JsonSchemaExporterOptions Options = new() { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Mend };

    public static JsonNode Of(JsonTypeInfo type) => type.GetJsonSchemaAsNode(Options);

    /// <summary>What a reader of the schema sees of types that write themselves: names are text that keeps a rule, and so on.</summary>
    private static JsonNode Mend(JsonSchemaExporterContext context, JsonNode schema)
    {
        var type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        var isNullable = type != context.TypeInfo.Type || context.PropertyInfo is { IsGetNullable: true };
        if (type.GetInterfaces().Any(one => one.IsGenericType && one.GetGenericTypeDefinition() == typeof(ITypedName<>)))
            return Text(isNullable, type.GetProperty("Rule")!.GetValue(null) as string);
        if (type.IsEnum && schema.GetValueKind() is JsonValueKind.True) return Text(isNullable, null);
        if (schema is not JsonObject whole) return schema;
        // A value of a map may be null where that takes something away, and the generated code does not say so.
        if (type == typeof(Uri) && !whole.ContainsKey("format")) whole["format"] = "uri";
        return whole;
    }

    private static JsonObject Text(bool isNullable, string? description)
    {
        var text = new JsonObject { ["type"] = isNullable ? new JsonArray("string", "null") : "string" };
        if (description is not null) text["description"] = description;
        return text;
    }
}
