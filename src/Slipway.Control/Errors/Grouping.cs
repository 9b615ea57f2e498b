using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Slipway.Contracts.Api;

namespace Slipway.Control.Errors;

/// <summary>
/// Which occurrences are the same error: those of one exception type raised along one path through the app's own code, whatever
/// its lines are numbered and its message says; else those of one message, its numbers aside. An app may say otherwise.
/// </summary>
internal static partial class Grouping
{
    private const string Default = "{{ default }}", OldDefault = "{{default}}";

    /// <summary>Of an exception raised outside the app's code, so many innermost frames count.</summary>
    private const int LibraryFrames = 5;

    public static string FingerprintOf(ErrorOccurrence occurrence, IReadOnlyList<string> said)
    {
        IEnumerable<string> parts = said.Count == 0 ? PartsOf(occurrence) : said.SelectMany(part => part is Default or OldDefault ? PartsOf(occurrence) : [part]);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', parts))));
    }

    public static string TypeOf(ErrorOccurrence occurrence) =>
        occurrence.Exceptions.Count > 0 ? occurrence.Exceptions[^1].Type : occurrence.Origin == ErrorOrigin.Edge ? occurrence.Tags["status"] : "Message";

    public static string TitleOf(ErrorOccurrence occurrence)
    {
        var text = occurrence.Exceptions.Count > 0
            ? $"{occurrence.Exceptions[^1].Type}: {occurrence.Exceptions[^1].Message}"
            : occurrence.Message ?? "Something that says nothing";
        return FirstLine(text).TrimEnd(' ', ':');
    }

    /// <summary>Where it happened, as far as is known.</summary>
    public static string CulpritOf(ErrorOccurrence occurrence)
    {
        if (occurrence.Origin == ErrorOrigin.Edge) return $"{occurrence.Request!.Method} {Plain(occurrence.Request.Url!)}";
        var frames = occurrence.Exceptions.Count > 0 ? occurrence.Exceptions[^1].Frames : [];
        if ((frames.LastOrDefault(frame => frame.InApp) ?? frames.LastOrDefault()) is not { } frame) return occurrence.Request?.Url ?? "";
        return frame.Function is { } function ? $"{Place(frame)} in {function}" : Place(frame);
    }

    /// <summary>Without what differs from one to the next: numbers, hashes, identifiers.</summary>
    public static string Plain(string text) => Varying().Replace(text, "*");

    private static IEnumerable<string> PartsOf(ErrorOccurrence occurrence)
    {
        if (occurrence.Origin == ErrorOrigin.Edge) return ["edge", TypeOf(occurrence), CulpritOf(occurrence)];
        if (occurrence.Exceptions.Count == 0) return ["message", occurrence.Level, Plain(FirstLine(occurrence.Message ?? ""))];
        var raised = occurrence.Exceptions[^1];
        var frames = raised.Frames.Where(frame => frame.InApp).ToList();
        if (frames.Count == 0) frames = [.. raised.Frames.TakeLast(LibraryFrames)];
        var path = new List<string>();
        foreach (var frame in frames)
        {
            // A function that calls itself does so as often as its data wants.
            var step = $"{Plain(Place(frame))} {Plain(frame.Function ?? "")}";
            if (path.Count == 0 || path[^1] != step) path.Add(step);
        }

        return path.Count == 0 ? ["exception", raised.Type, Plain(FirstLine(raised.Message))] : ["exception", raised.Type, .. path];
    }

    private static string Place(ErrorFrame frame) => frame.Module ?? CodePlace.PythonModule(frame.File) ?? CodePlace.Below(frame.File) ?? Path.GetFileName(frame.File);

    private static string FirstLine(string text)
    {
        const int most = 200;
        var line = text.AsSpan().TrimStart();
        var end = line.IndexOfAny('\r', '\n');
        if (end >= 0) line = line[..end];
        return line.Length <= most ? line.ToString() : string.Concat(line[..most], "…");
    }

    [GeneratedRegex(@"\b[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}\b|\b0x[0-9a-fA-F]+\b|\b(?=[a-fA-F]*\d)[0-9a-fA-F]{8,}\b|\d+", RegexOptions.CultureInvariant)]
    private static partial Regex Varying();
}
