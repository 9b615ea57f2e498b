using System.Globalization;
using Slipway.Control.Builds;
using Slipway.Control.Errors;

namespace Slipway.Control.Diagnoses;

/// <summary>The last error that PHP or Node wrote to a log, and where in the app's own code it was.</summary>
/// <param name="Path">Below the source.</param>
/// <param name="Lines">As they stand in the log.</param>
internal sealed record Thrown(string Type, string Message, string Path, int Line, IReadOnlyList<string> Lines)
{
    private const int MostFrames = 12;

    /// <returns>Null where none is in the log, or it is not of the app's own code.</returns>
    public static Thrown? In(Facts facts)
    {
        var log = facts.Lines.ToList();
        for (var at = log.Count - 1; at >= 0; at--)
        {
            if (LogStacks.PhpHead().Match(log[at]) is { Success: true } php && Own(php.Groups["file"].Value, facts) is { } file)
                return new Thrown(php.Groups["type"].Value, php.Groups["message"].Value, file, Number(php.Groups["line"].Value), [.. log.Skip(at).Take(MostFrames)]);
            if (at + 1 >= log.Count || LogStacks.NodeHead().Match(log[at]) is not { Success: true } head || !LogStacks.NodeFrame().IsMatch(log[at + 1])) continue;
            var frames = log.Skip(at + 1).Select(line => LogStacks.NodeFrame().Match(line)).TakeWhile(frame => frame.Success);
            var own = frames.FirstOrDefault(frame => Own(frame.Groups["file"].Value, facts) is not null);
            if (own is not null)
                return new Thrown(head.Groups["type"].Value, head.Groups["message"].Value, Own(own.Groups["file"].Value, facts)!, Number(own.Groups["line"].Value), [.. log.Skip(at).Take(MostFrames)]);
        }

        return null;
    }

    private static string? Own(string file, Facts facts)
    {
        var path = file.Replace("file://", "", StringComparison.Ordinal);
        return path.StartsWith("/app/", StringComparison.Ordinal) && !path.Contains("/node_modules/", StringComparison.Ordinal) && !path.Contains("/vendor/", StringComparison.Ordinal)
            ? SourceFiles.Join(facts.Folder, path["/app/".Length..])
            : null;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
