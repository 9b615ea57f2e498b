using System.Text.Json;
using Slipway.Control.Tests.Server;

namespace Slipway.Control.Tests.Heroku;

/// <summary>Makes calls that must succeed, and keeps what is wrong with their answers by Heroku's schema.</summary>
internal sealed class Recorder(HttpClient client, HerokuSchema schema)
{
    private readonly List<string> _wrong = [];
    private readonly HashSet<string> _seen = [];

    public IReadOnlyList<string> Wrong => _wrong;

    /// <summary>The definitions that an answer was one of.</summary>
    public IReadOnlyCollection<string> Seen => _seen;

    /// <param name="definition">Of the answer, or of each of its entries when it is a list.</param>
    public async Task<JsonElement> CallAsync(HttpMethod method, string path, string definition, object? body = null)
    {
        var answer = await client.JsonAsync(method, path, body);
        foreach (var one in answer.ValueKind == JsonValueKind.Array ? answer.EnumerateArray().ToArray() : [answer])
        {
            _seen.Add(definition);
            _wrong.AddRange(schema.Check(definition, one).Select(what => $"{method} {path}: {what}"));
        }

        return answer;
    }

    public Task<JsonElement> GetAsync(string path, string definition) => CallAsync(HttpMethod.Get, path, definition);

    public Task<JsonElement> PostAsync(string path, string definition, object body) => CallAsync(HttpMethod.Post, path, definition, body);
}
