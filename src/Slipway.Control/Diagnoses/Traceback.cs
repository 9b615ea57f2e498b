using System.Text.RegularExpressions;

namespace Slipway.Control.Diagnoses;

/// <summary>A Python traceback as a log has it.</summary>
/// <param name="Type">Of the exception, without its module: <c>ModuleNotFoundError</c>.</param>
/// <param name="Message">What it says, further lines included.</param>
/// <param name="Frames">Outermost first.</param>
/// <param name="Lines">As they stand in the log.</param>
internal sealed partial record Traceback(string Type, string Message, IReadOnlyList<Frame> Frames, IReadOnlyList<string> Lines)
{
    /// <summary>More of a message is not worth reading.</summary>
    private const int MessageLines = 6;

    /// <summary>The innermost frame in the app's own code; null when it never got there.</summary>
    public Frame? Own => Frames.LastOrDefault(frame => frame.Path is not null);

    /// <param name="folder">Of the source that is <c>/app</c>.</param>
    public static IReadOnlyList<Traceback> In(IReadOnlyList<string> log, string folder)
    {
        var found = new List<Traceback>();
        for (var at = 0; at < log.Count; at++)
        {
            if (!log[at].TrimEnd().EndsWith("Traceback (most recent call last):", StringComparison.Ordinal)) continue;
            var start = at;
            var frames = new List<Frame>();
            for (at++; at < log.Count && (log[at].Length == 0 || char.IsWhiteSpace(log[at][0])); at++)
            {
                if (Place().Match(log[at]) is not { Success: true } place) continue;
                var code = at + 1 < log.Count && !Place().IsMatch(log[at + 1]) ? log[at + 1].Trim() : "";
                frames.Add(Frame.Of(place.Groups["file"].Value, int.Parse(place.Groups["line"].Value), code, folder) with { Function = place.Groups["function"].Value });
            }

            if (at >= log.Count || Raised().Match(log[at]) is not { Success: true } raised) continue;
            var end = at + 1;
            while (end < log.Count && end - at < MessageLines && IsMore(log[end])) end++;
            found.Add(new Traceback(
                raised.Groups["type"].Value.Split('.')[^1], string.Join('\n', [raised.Groups["message"].Value, .. log.Take(end).Skip(at + 1)]).Trim(),
                frames, [.. log.Take(end).Skip(start)]));
            at = end - 1;
        }

        return found;
    }

    /// <summary>Messages of several lines indent those below, or begin them with a word of their own; a log's next record begins otherwise.</summary>
    private static bool IsMore(string line) => line.Length > 0 && (line[0] is '\t' or ' ' || line.StartsWith("HINT:", StringComparison.Ordinal));

    [GeneratedRegex("""^\s+File "(?<file>[^"]+)", line (?<line>\d{1,7})(, in (?<function>.+))?""", RegexOptions.CultureInvariant)]
    private static partial Regex Place();

    [GeneratedRegex(@"^(?<type>[A-Za-z_][\w.]*)(: (?<message>.*))?$", RegexOptions.CultureInvariant)]
    private static partial Regex Raised();
}

/// <param name="Path">Below the source, where it is the app's own; null for a library.</param>
/// <param name="Code">The line, as far as the traceback has it.</param>
internal sealed record Frame(string File, int Line, string Code, string? Path)
{
    /// <summary>Empty where it has none.</summary>
    public string Function { get; init; } = "";

    private const string App = "/app/";

    public static Frame Of(string file, int line, string code, string folder)
    {
        var own = file.StartsWith(App, StringComparison.Ordinal) && !file.Contains("/site-packages/", StringComparison.Ordinal);
        return new Frame(file, line, code, own ? Builds.SourceFiles.Join(folder, file[App.Length..]) : null);
    }
}
