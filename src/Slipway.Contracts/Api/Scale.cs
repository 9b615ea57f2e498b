using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Slipway.Contracts.Api;

/// <summary>How many instances: a number, or a change of it. In JSON <c>3</c>, or as Heroku's client sends it <c>"3"</c>, <c>"+1"</c>, <c>"-1"</c>.</summary>
[JsonConverter(typeof(ScaleConverter))]
public readonly record struct Scale(int Count, bool IsRelative)
{
    public static implicit operator Scale(int count) => new(count, IsRelative: false);

    /// <param name="current">How many there are now.</param>
    public long From(int current) => IsRelative ? (long)current + Count : Count;

    public override string ToString() => Count.ToString(IsRelative ? "+0;-0;+0" : "0", CultureInfo.InvariantCulture);
}

public sealed class ScaleConverter : JsonConverter<Scale>
{
    public override Scale Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType is JsonTokenType.Number && reader.TryGetInt32(out var count)) return count;
        if (reader.TokenType is JsonTokenType.String && reader.GetString() is { Length: > 0 } text
            && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out count))
        {
            return new Scale(count, IsRelative: text[0] is '+' or '-');
        }

        throw new JsonException("A quantity is a whole number, or a change such as \"+1\".");
    }

    public override void Write(Utf8JsonWriter writer, Scale value, JsonSerializerOptions options)
    {
        if (value.IsRelative) writer.WriteStringValue(value.ToString());
        else writer.WriteNumberValue(value.Count);
    }
}
