using System.Text.RegularExpressions;

namespace Slipway.Control.Diagnoses;

/// <summary>A line of the router's log, in Heroku's words: <c>at=error code=H12 … method=GET path="/x" … service=30000ms status=503</c>.</summary>
/// <param name="Service">How long the app took, or was waited for.</param>
internal sealed partial record RouterLine(string Path, int Status, string? Code, TimeSpan Service, string Text)
{
    public string Method { get; private init; } = "";

    /// <summary>What the code means, in Heroku's words; null of an answer of the app's own.</summary>
    public string? Description { get; private init; }

    public static bool IsFailure(string line) => Parse(line) is { Status: >= 400 };

    public static RouterLine? Parse(string line) => Fields().Match(line) is { Success: true } match
        ? new RouterLine(match.Groups["path"].Value, int.Parse(match.Groups["status"].Value), match.Groups["code"] is { Success: true, Value: var code } ? code : null, TimeSpan.FromMilliseconds(int.Parse(match.Groups["service"].Value)), line)
        {
            Method = match.Groups["method"].Value,
            Description = match.Groups["desc"] is { Success: true, Value: var description } ? description : null,
        }
        : null;

    [GeneratedRegex("""^at=\w+ (code=(?<code>H\d\d) )?(desc="(?<desc>[^"]*)" )?method=(?<method>\S+) path="(?<path>[^"]*)".*? service=(?<service>\d+)ms status=(?<status>\d{3})\b""", RegexOptions.CultureInvariant)]
    private static partial Regex Fields();
}
