using System.Text.Json;

namespace Slipway.Control.Errors;

/// <summary>What an SDK tells of errors that it did not send: <c>{"discarded_events": [{"reason": "ratelimit_backoff", "category": "error", "quantity": 12}]}</c>.</summary>
internal static class ClientReport
{
    private const int MaxSaid = 1_000_000;

    /// <summary>Of those that it held back because it was told to, or could not keep; what the app itself filtered out is no loss.</summary>
    public static long CountOf(ReadOnlyMemory<byte> payload)
    {
        try
        {
            using var document = JsonDocument.Parse(payload);
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("discarded_events", out var all) || all.ValueKind != JsonValueKind.Array) return 0;
            return all.EnumerateArray().Take(100).Sum(CountOf);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return 0;
        }
    }

    private static long CountOf(JsonElement one) =>
        one.ValueKind == JsonValueKind.Object
        && one.TryGetProperty("category", out var category) && category.ValueKind == JsonValueKind.String && category.GetString() == "error"
        && one.TryGetProperty("reason", out var reason) && reason.ValueKind == JsonValueKind.String && reason.GetString() is "ratelimit_backoff" or "queue_overflow" or "network_error" or "cache_overflow"
        && one.TryGetProperty("quantity", out var quantity) && quantity.ValueKind == JsonValueKind.Number && quantity.TryGetInt64(out var count)
            ? Math.Clamp(count, 0, MaxSaid)
            : 0;
}
