using System.Globalization;
using System.Text.Json;
using Slipway.Contracts.Api;

namespace Slipway.Control.Errors;

/// <summary>
/// An event as an SDK sends it, brought to what is kept of it. Everything is optional, of any type and any length there;
/// nothing is trusted here but the limits.
/// </summary>
/// <param name="Fingerprint">What the app says makes it the same as another; empty where it leaves that to us.</param>
internal sealed record SentEvent(ErrorOccurrence Occurrence, IReadOnlyList<string> Fingerprint)
{
    private const int MaxExceptions = 8, MaxFrames = 60, OuterFrames = 10, MaxPairs = 40, MaxBreadcrumbs = 50, MaxContext = 6;
    private const int LongLine = 200, LongText = 2048, LongValue = 512;

    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(1), Oldest = TimeSpan.FromDays(1);

    /// <summary>Deeper than any SDK nests.</summary>
    private static readonly JsonDocumentOptions Shallow = new() { MaxDepth = 100 };

    /// <exception cref="EnvelopeException">It is not a JSON object.</exception>
    public static SentEvent Parse(ReadOnlyMemory<byte> json, DateTimeOffset now)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Shallow);
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw new EnvelopeException("An event is not a JSON object.");
            return Of(document.RootElement, now);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new EnvelopeException("An event is not JSON."); // or holds text that is not Unicode
        }
    }

    private static SentEvent Of(JsonElement sent, DateTimeOffset now)
    {
        var platform = Text(sent, "platform", LongLine);
        var (at, tags) = (At(Get(sent, "timestamp")), Pairs(Get(sent, "tags")));
        var occurrence = new ErrorOccurrence(Guid.TryParse(Text(sent, "event_id", LongLine), out var id) ? id : Guid.NewGuid(), at is { } said && said > now - Oldest && said < now + Skew ? said : now)
        {
            Origin = ErrorOrigin.Sdk,
            Level = Text(sent, "level", LongLine)?.ToLowerInvariant() is { } level and ("fatal" or "warning" or "info" or "debug") ? level : "error",
            Platform = platform,
            Release = Text(sent, "release", LongLine),
            Environment = Text(sent, "environment", LongLine),
            Instance = Text(sent, "server_name", LongLine),
            Message = MessageOf(sent) is { } message ? SecretKeys.TakeOut(message) : null,
            Exceptions = [.. Values(Get(sent, "exception")).TakeLast(MaxExceptions).Select(one => ExceptionOf(one, platform))],
            Request = RequestOf(Get(sent, "request")),
            User = Pairs(Get(sent, "user")),
            Tags = tags,
            Extra = Pairs(Get(sent, "extra")),
            Breadcrumbs = [.. Values(Get(sent, "breadcrumbs")).TakeLast(MaxBreadcrumbs).Select(BreadcrumbOf)],
        };
        return new SentEvent(occurrence, [.. Items(Get(sent, "fingerprint")).Take(MaxPairs).Select(one => Cut(one.ToString(), LongText))]);
    }

    /// <summary>Of a message, its template comes first: it is the same however it was filled in.</summary>
    private static string? MessageOf(JsonElement sent)
    {
        var entry = Get(sent, "logentry");
        if (entry.ValueKind != JsonValueKind.Object) entry = Get(sent, "message");
        return entry.ValueKind == JsonValueKind.Object ? Text(entry, "formatted", LongText) ?? Text(entry, "message", LongText) : Text(sent, "message", LongText);
    }

    private static ErrorException ExceptionOf(JsonElement sent, string? platform)
    {
        var frames = Items(Get(Get(sent, "stacktrace"), "frames")).ToList();
        // The outermost say how it was called, the innermost why it failed; what is between them is recursion, mostly.
        if (frames.Count > MaxFrames) frames.RemoveRange(OuterFrames, frames.Count - MaxFrames);
        return new ErrorException(Text(sent, "type", LongLine) ?? "Error", SecretKeys.TakeOut(Text(sent, "value", LongText) ?? ""), [.. frames.Select(frame => FrameOf(frame, platform))]);
    }

    private static ErrorFrame FrameOf(JsonElement sent, string? platform)
    {
        var file = Text(sent, "abs_path", LongText) ?? Text(sent, "filename", LongText) ?? "";
        var said = Get(sent, "in_app");
        return new ErrorFrame(
            file, platform == "node" ? null : Text(sent, "module", LongLine), Text(sent, "function", LongLine),
            Get(sent, "lineno") is { ValueKind: JsonValueKind.Number } line && line.TryGetInt32(out var number) ? number : null,
            said.ValueKind is JsonValueKind.True or JsonValueKind.False ? said.GetBoolean() : CodePlace.IsOwn(file),
            [.. Items(Get(sent, "pre_context")).TakeLast(MaxContext).Select(one => Cut(one.ToString(), LongLine))],
            Text(sent, "context_line", LongLine),
            [.. Items(Get(sent, "post_context")).Take(MaxContext).Select(one => Cut(one.ToString(), LongLine))])
        {
            Variables = Pairs(Get(sent, "vars")),
        };
    }

    private static ErrorHttpRequest? RequestOf(JsonElement sent) => sent.ValueKind != JsonValueKind.Object ? null : new(
        Text(sent, "method", LongLine), Written("url", Get(sent, "url"), LongText), Written("query_string", Get(sent, "query_string"), LongText), Pairs(Get(sent, "headers")), Written("data", Get(sent, "data"), LongText));

    private static ErrorBreadcrumb BreadcrumbOf(JsonElement sent) => new(
        At(Get(sent, "timestamp")), Text(sent, "category", LongLine), Text(sent, "level", LongLine), Written("message", Get(sent, "message"), LongValue), Written("data", Get(sent, "data"), LongValue));

    /// <summary>Seconds since 1970, or a text.</summary>
    private static DateTimeOffset? At(JsonElement sent) => sent.ValueKind switch
    {
        JsonValueKind.Number when sent.TryGetDouble(out var seconds) && seconds is > 0 and < 32503680000 => DateTimeOffset.UnixEpoch.AddTicks((long)(seconds * TimeSpan.TicksPerSecond)),
        JsonValueKind.String when DateTimeOffset.TryParse(sent.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) => at,
        _ => null,
    };

    /// <summary><c>{"values": […]}</c>, or the list itself, or the one value.</summary>
    private static IEnumerable<JsonElement> Values(JsonElement sent)
    {
        if (sent.ValueKind == JsonValueKind.Object && sent.TryGetProperty("values", out var values)) return Items(values).Where(one => one.ValueKind == JsonValueKind.Object);
        return sent.ValueKind == JsonValueKind.Object ? [sent] : Items(sent).Where(one => one.ValueKind == JsonValueKind.Object);
    }

    private static IEnumerable<JsonElement> Items(JsonElement sent) => sent.ValueKind == JsonValueKind.Array ? sent.EnumerateArray() : [];

    /// <summary>An object, or a list of pairs.</summary>
    private static Dictionary<string, string> Pairs(JsonElement sent)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        IEnumerable<(string Name, JsonElement Value)> all = sent.ValueKind == JsonValueKind.Object
            ? sent.EnumerateObject().Select(one => (one.Name, one.Value))
            : Items(sent).Where(pair => pair.ValueKind == JsonValueKind.Array && pair.GetArrayLength() == 2).Select(pair => (pair[0].ToString(), pair[1]));
        foreach (var (name, value) in all.Take(MaxPairs))
            if (Written(name, value, LongValue) is { } text) pairs[Cut(name, LongLine)] = text;
        return pairs;
    }

    /// <returns>Null where there is nothing.</returns>
    private static string? Written(string name, JsonElement value, int most) => value.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => null,
        JsonValueKind.String when !SecretKeys.IsSecret(name) => SecretKeys.TakeOut(Cut(value.GetString()!, most)),
        _ => Cut(SecretKeys.Write(name, value, most), most),
    };

    private static JsonElement Get(JsonElement sent, string name) => sent.ValueKind == JsonValueKind.Object && sent.TryGetProperty(name, out var value) ? value : default;

    private static string? Text(JsonElement sent, string name, int most) =>
        Get(sent, name) is var value && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? Cut(text, most) : null;

    private static string Cut(string text, int most)
    {
        if (text.Length <= most) return text;
        return string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[most - 1]) ? most - 1 : most), "…");
    }
}
