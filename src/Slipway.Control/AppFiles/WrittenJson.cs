using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Slipway.Control.AppFiles;

/// <summary>A JSON value with where it is written, so that what is wrong with it can be told with its place.</summary>
/// <param name="At">Where it is among the others.</param>
/// <param name="Line">Counted from 1.</param>
/// <param name="Text">Of a text, its content; of a number, <c>true</c> and <c>false</c>, as written; else empty.</param>
internal sealed record WrittenJson(WrittenJson.Spot At, int Line, JsonValueKind Kind, string Text)
{
    /// <summary>As one names it: <c>cron[0].schedule</c>; empty for the whole file.</summary>
    public string Path => At.Path;

    public IReadOnlyList<WrittenJson> Items { get; private init; } = [];

    /// <summary>In the order of the file; of two with one name the last counts.</summary>
    public IReadOnlyDictionary<string, WrittenJson> Members { get; private init; } = new Dictionary<string, WrittenJson>();

    public WrittenJson? Find(string key) => Members.GetValueOrDefault(key) is { Kind: not JsonValueKind.Null } found ? found : null;

    /// <summary>Comments and commas too many are let pass.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static WrittenJson Parse(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        reader.Read();
        var place = new Place(bytes);
        var value = Read(ref reader, place, new Spot(null, null, 0));
        reader.Read(); // what is behind the end is no JSON
        return value;
    }

    private static WrittenJson Read(ref Utf8JsonReader reader, Place place, Spot at)
    {
        var line = place.LineOf(reader.TokenStartIndex);
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var members = new Dictionary<string, WrittenJson>(StringComparer.Ordinal);
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var name = TextOf(ref reader, place);
                    reader.Read();
                    members[name] = Read(ref reader, place, new Spot(at, name, 0));
                }

                return new WrittenJson(at, line, JsonValueKind.Object, "") { Members = members };
            case JsonTokenType.StartArray:
                var items = new List<WrittenJson>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    items.Add(Read(ref reader, place, new Spot(at, null, items.Count)));
                return new WrittenJson(at, line, JsonValueKind.Array, "") { Items = items };
            case JsonTokenType.String:
                return new WrittenJson(at, line, JsonValueKind.String, TextOf(ref reader, place));
            case JsonTokenType.Number:
                return new WrittenJson(at, line, JsonValueKind.Number, Encoding.UTF8.GetString(reader.ValueSpan));
            case JsonTokenType.True or JsonTokenType.False:
                return new WrittenJson(at, line, reader.TokenType == JsonTokenType.True ? JsonValueKind.True : JsonValueKind.False, Encoding.UTF8.GetString(reader.ValueSpan));
            default:
                return new WrittenJson(at, line, JsonValueKind.Null, "");
        }
    }

    /// <summary>An escape can name what is no character of Unicode.</summary>
    private static string TextOf(ref Utf8JsonReader reader, Place place)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new JsonException("A text in it holds half a character.", null, place.LineOf(reader.TokenStartIndex) - 1, 0);
        }
    }

    /// <summary>A member or an item, below another. Only what is wrong is ever named, so the name is put together then.</summary>
    internal sealed record Spot(Spot? Above, string? Member, int Item)
    {
        public string Path => Above is null ? ""
            : Member is null ? string.Create(CultureInfo.InvariantCulture, $"{Above.Path}[{Item}]")
            : Above.Above is null ? Member
            : $"{Above.Path}.{Member}";
    }

    /// <summary>Lines of places that only go forward.</summary>
    private sealed class Place(byte[] bytes)
    {
        private int _at, _line = 1;

        public int LineOf(long index)
        {
            _line += bytes.AsSpan(_at, (int)index - _at).Count((byte)'\n');
            _at = (int)index;
            return _line;
        }
    }
}
