using System.Text.Json;
using Json.Schema;

namespace Slipway.Control.Tests.Manual;

/// <summary>The schemas of an OpenAPI document, to hold answers against.</summary>
internal sealed class OpenApiSchema
{
    private readonly JsonElement _document;

    private OpenApiSchema(string json) => _document = JsonDocument.Parse(json).RootElement;

    public static OpenApiSchema Of(string json) => new(json);

    /// <returns>What is wrong; null where the answer is not described.</returns>
    public IReadOnlyList<string>? Check(HttpMethod method, string pattern, JsonElement answer) =>
        _document.GetProperty("paths").TryGetProperty(pattern, out var path)
        && path.TryGetProperty(method.Method.ToLowerInvariant(), out var operation)
        && operation.GetProperty("responses").GetProperty("2XX").TryGetProperty("content", out var content)
            ? Evaluate(content.GetProperty("application/json").GetProperty("schema"), answer)
            : null;

    public IReadOnlyList<string> CheckFailure(JsonElement answer) =>
        Evaluate(_document.GetProperty("components").GetProperty("schemas").GetProperty("Error"), answer);

    private static IReadOnlyList<string> Evaluate(JsonElement schema, JsonElement answer)
    {
        var result = JsonSchema.FromText(schema.GetRawText()).Evaluate(answer, new EvaluationOptions { OutputFormat = OutputFormat.List });
        return result.IsValid ? [] : [.. (result.Details ?? []).Where(detail => detail.Errors is not null).SelectMany(detail => detail.Errors!.Select(error => $"{detail.InstanceLocation}: {error.Key}: {error.Value}"))];
    }
}
