using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Runner;

namespace Slipway.Control.Api;

/// <summary>
/// What Heroku's clients ask to have run, in the form of ours: one line for a shell, whose first word may be a process
/// type; the size of their terminal among the variables; a terminal unless they say that they want none.
/// </summary>
internal static class HerokuCommand
{
    private const ushort DefaultColumns = 80, DefaultRows = 24;

    /// <summary>Ours send an argument list.</summary>
    public static bool Is(JsonObject json) => json["command"] is JsonValue line && line.GetValueKind() == JsonValueKind.String;

    /// <param name="processTypes">Process type → command line, of the release that it runs in.</param>
    public static void Translate(JsonObject json, IReadOnlyDictionary<string, string> processTypes)
    {
        json["command"] = new JsonArray("/bin/sh", "-c", Line(json["command"]!.GetValue<string>(), processTypes));
        if (json["env"] is not JsonObject env) return;
        foreach (var (name, value) in env.ToList())
            if (value is JsonValue number && number.GetValueKind() == JsonValueKind.Number) env[name] = number.ToJsonString();
    }

    /// <returns>Null where the client wants no terminal.</returns>
    public static TerminalSize? Terminal(JsonObject json)
    {
        if (json["force_no_tty"] is JsonValue no && no.GetValueKind() == JsonValueKind.True) return null;
        var env = json["env"] as JsonObject;
        return new TerminalSize(Number(env?["COLUMNS"], DefaultColumns), Number(env?["LINES"], DefaultRows));
    }

    /// <summary><c>worker --once</c> is the Procfile's line of <c>worker</c> and what follows.</summary>
    private static string Line(string line, IReadOnlyDictionary<string, string> processTypes)
    {
        var trimmed = line.TrimStart();
        var end = trimmed.IndexOfAny([' ', '\t', ';']);
        var first = end < 0 ? trimmed : trimmed[..end];
        return processTypes.TryGetValue(first, out var command) ? command + (end < 0 ? "" : trimmed[end..]) : line;
    }

    private static ushort Number(JsonNode? node, ushort otherwise) =>
        ushort.TryParse(node?.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : otherwise;
}
