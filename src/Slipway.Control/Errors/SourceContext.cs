using Slipway.Contracts.Api;
using Slipway.Control.Builds;

namespace Slipway.Control.Errors;

/// <summary>Gives frames of a log's traceback, which has one line of code each, the lines around it, from the source that was deployed.</summary>
internal static class SourceContext
{
    private const int Around = 4;
    private const int LargestFile = 1 << 20;

    /// <param name="folder">Of the source that is <c>/app</c> in the release.</param>
    public static ErrorOccurrence Fill(ErrorOccurrence occurrence, string folder)
    {
        var source = new SourceFiles(folder);
        return occurrence with { Exceptions = [.. occurrence.Exceptions.Select(one => one with { Frames = [.. one.Frames.Select(frame => Fill(frame, source, folder))] })] };
    }

    private static ErrorFrame Fill(ErrorFrame frame, SourceFiles source, string folder)
    {
        if (!frame.InApp || frame is not { Code: { Length: > 0 } code, Line: { } line, Before.Count: 0, After.Count: 0 }) return frame;
        if (CodePlace.Below(frame.File) is not { } path || path.Split('/').Contains("..")) return frame;
        try
        {
            if (!source.Exists(path) || new FileInfo(Path.Combine(folder, path)).Length > LargestFile) return frame;
            var lines = File.ReadAllLines(Path.Combine(folder, path));
            // A file that has another line there is not the one that ran.
            if (line < 1 || line > lines.Length || lines[line - 1].Trim() != code.Trim()) return frame;
            return frame with
            {
                Before = lines[Math.Max(0, line - 1 - Around)..(line - 1)],
                Code = lines[line - 1],
                After = lines[line..Math.Min(lines.Length, line + Around)],
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return frame; // collected meanwhile
        }
    }
}
