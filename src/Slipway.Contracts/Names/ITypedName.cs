using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using Slipway.Contracts.Errors;

namespace Slipway.Contracts.Names;

/// <summary>
/// A name that was checked where it entered the system. Code that holds one never checks it again;
/// code that is handed a <see cref="string"/> must make one before using it in a path, a host name or an argument.
/// </summary>
public interface ITypedName<TSelf> where TSelf : struct, ITypedName<TSelf>
{
    string Value { get; }

    /// <summary>What the name is called in error messages: "app name".</summary>
    static abstract string Noun { get; }

    /// <summary>The rule in words, as the user is told it.</summary>
    static abstract string Rule { get; }

    /// <summary>A name that keeps the rule, for whoever has to think of another one.</summary>
    static abstract string Example { get; }

    /// <summary>Stable id of the error for a name that breaks the rule: <c>invalid_app_name</c>.</summary>
    static abstract string ErrorId { get; }

    static abstract bool TryParse([NotNullWhen(true)] string? text, out TSelf name);
}

public static class TypedName
{
    /// <exception cref="SlipwayException">422 with the name's own error id when <paramref name="text"/> breaks the rule.</exception>
    public static T Parse<T>(string? text) where T : struct, ITypedName<T> =>
        T.TryParse(text, out var name)
            ? name
            : throw new SlipwayException(422, new SlipwayError(T.ErrorId, $"{Quote(text)} is not a valid {T.Noun}.")
            {
                Why = $"A valid {T.Noun} is {T.Rule}.",
                Next = $"Give one such as '{T.Example}'.",
            });

    /// <summary>Shows hostile text in a message without its control characters and without its length.</summary>
    public static string Quote(string? text)
    {
        if (string.IsNullOrEmpty(text)) return "An empty text";
        var visible = string.Concat(text.Take(80).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '\uFFFD' : c));
        return text.Length > 80 ? $"'{visible}…'" : $"'{visible}'";
    }
}

/// <summary>Writes a name as a JSON string and refuses an invalid one while reading, so that no DTO ever carries one.</summary>
public sealed class TypedNameConverter<T> : JsonConverter<T> where T : struct, ITypedName<T>
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        TypedName.Parse<T>(reader.TokenType == JsonTokenType.String ? reader.GetString() : null);

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Value);

    public override T ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        TypedName.Parse<T>(reader.GetString());

    public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WritePropertyName(value.Value);
}
