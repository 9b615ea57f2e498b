using System.Text.Json;

namespace Slipway.Control.Errors;

/// <summary>What was sent is not what Sentry's protocol says.</summary>
internal sealed class EnvelopeException(string message) : Exception(message);

/// <summary>One part of an envelope.</summary>
/// <param name="Type"><c>event</c>, <c>session</c>, <c>client_report</c>, …; an SDK may know more than we.</param>
internal readonly record struct EnvelopeItem(string Type, ReadOnlyMemory<byte> Payload);

/// <summary>
/// Sentry's envelope: a line of JSON about the whole, then for each item a line of JSON about it and its payload, which is as
/// long as that line says or else ends with the line.
/// </summary>
/// <param name="Dsn">Where it was meant for, when the sender says so in no other way.</param>
internal sealed record Envelope(string? Dsn, IReadOnlyList<EnvelopeItem> Items)
{
    private const int MaxItems = 100;
    private const int MaxHeader = 16 << 10;

    /// <exception cref="EnvelopeException">It is none.</exception>
    public static Envelope Parse(ReadOnlyMemory<byte> body)
    {
        using var header = Header(Line(ref body));
        var dsn = Text(header.RootElement, "dsn");
        var items = new List<EnvelopeItem>();
        while (body.Length > 0)
        {
            var line = Line(ref body);
            if (line.Length == 0) continue; // an empty line at the end
            if (items.Count == MaxItems) throw new EnvelopeException($"It has more than {MaxItems} items.");
            using var about = Header(line);
            var payload = Payload(about.RootElement, ref body);
            items.Add(new EnvelopeItem(Text(about.RootElement, "type") ?? "", payload));
        }

        return new Envelope(dsn, items);
    }

    private static ReadOnlyMemory<byte> Payload(JsonElement about, ref ReadOnlyMemory<byte> body)
    {
        if (!about.TryGetProperty("length", out var said) || said.ValueKind == JsonValueKind.Null) return Line(ref body);
        if (said.ValueKind != JsonValueKind.Number || !said.TryGetInt32(out var length) || length < 0) throw new EnvelopeException("An item's length is not a number of bytes.");
        if (length > body.Length) throw new EnvelopeException("An item is shorter than its header says.");
        var payload = body[..length];
        body = body[length..];
        if (body.Length > 0 && body.Span[0] == '\r') body = body[1..];
        if (body.Length > 0 && body.Span[0] != '\n') throw new EnvelopeException("An item is longer than its header says.");
        if (body.Length > 0) body = body[1..];
        return payload;
    }

    private static ReadOnlyMemory<byte> Line(ref ReadOnlyMemory<byte> body)
    {
        var end = body.Span.IndexOf((byte)'\n');
        var line = end < 0 ? body : body[..end];
        body = end < 0 ? default : body[(end + 1)..];
        return line.Length > 0 && line.Span[^1] == '\r' ? line[..^1] : line;
    }

    private static JsonDocument Header(ReadOnlyMemory<byte> line)
    {
        if (line.Length > MaxHeader) throw new EnvelopeException($"A header is longer than {MaxHeader} bytes.");
        try
        {
            var header = JsonDocument.Parse(line);
            if (header.RootElement.ValueKind == JsonValueKind.Object) return header;
            header.Dispose();
        }
        catch (JsonException)
        {
            // said below
        }

        throw new EnvelopeException("A header is not a JSON object.");
    }

    private static string? Text(JsonElement header, string name) =>
        header.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
