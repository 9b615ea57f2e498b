using System.Globalization;
using System.Text.RegularExpressions;
using Slipway.Contracts.Api;
using Slipway.Control.Diagnoses;

namespace Slipway.Control.Errors;

/// <summary>A block of an app's log as the error that it tells of; it has what the language prints, and no variables.</summary>
internal static partial class LogStacks
{
    private const int LongText = 2048, MaxFrames = 60;

    /// <returns>Null where it turns out to be no stack, or that of somebody who pressed Ctrl-C.</returns>
    public static ErrorOccurrence? Parse(LogBlock block)
    {
        var exceptions = block.Kind switch
        {
            StackKind.Python => [.. Traceback.In(block.Lines, "").Select(OfPython)],
            StackKind.Node => OfNode(block.Lines),
            _ => OfPhp(block.Lines),
        };
        if (exceptions.Count == 0 || exceptions[^1].Type is "KeyboardInterrupt" or "SystemExit") return null;
        return new ErrorOccurrence(Guid.CreateVersion7(), block.At)
        {
            Origin = ErrorOrigin.Log,
            Platform = block.Kind.ToString().ToLowerInvariant(),
            Environment = "production",
            Instance = block.Instance,
            Exceptions = exceptions,
            Request = RequestOf(block.Before),
        };
    }

    private static ErrorException OfPython(Traceback traceback) => new(traceback.Type, Cut(SecretKeys.TakeOut(traceback.Message)),
    [
        .. traceback.Frames.TakeLast(MaxFrames).Select(frame => new ErrorFrame(
            frame.File, CodePlace.PythonModule(frame.File), frame.Function.Length > 0 ? frame.Function : null, frame.Line, CodePlace.IsOwn(frame.File), [], frame.Code, [])),
    ]);

    private static IReadOnlyList<ErrorException> OfNode(IReadOnlyList<string> lines)
    {
        if (NodeHead().Match(lines[0]) is not { Success: true } head) return [];
        var frames = lines.Skip(1).Select(line => NodeFrame().Match(line)).Where(match => match.Success)
            .Select(match => Of(match, match.Groups["file"].Value.Replace("file://", "", StringComparison.Ordinal)));
        return [new ErrorException(head.Groups["type"].Value, Cut(SecretKeys.TakeOut(head.Groups["message"].Value)), [.. frames.Reverse().TakeLast(MaxFrames)])];
    }

    private static IReadOnlyList<ErrorException> OfPhp(IReadOnlyList<string> lines)
    {
        if (PhpHead().Match(lines[0]) is not { Success: true } head) return [];
        var called = lines.Skip(1).Select(line => PhpFrame().Match(line)).Where(match => match.Success).ToList();
        // A line says where a call was made and what was called; so what a place is in is said by the line below.
        var frames = called.Select((match, at) => Of(match, match.Groups["file"].Value) with { Function = at + 1 < called.Count ? called[at + 1].Groups["function"].Value : null }).ToList();
        frames.Insert(0, Of(head, head.Groups["file"].Value) with { Function = called.Count > 0 ? called[0].Groups["function"].Value : null });
        frames.Reverse();
        return [new ErrorException(head.Groups["type"].Value, Cut(SecretKeys.TakeOut(head.Groups["message"].Value)), [.. frames.TakeLast(MaxFrames)])];
    }

    private static ErrorFrame Of(Match match, string file) => new(
        file, null, match.Groups["function"] is { Success: true, Value: var function } ? function : null,
        int.TryParse(match.Groups["line"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var line) ? line : null, CodePlace.IsOwn(file), [], null, []);

    /// <summary>Django and Flask say which request it was, in the line before.</summary>
    private static ErrorHttpRequest? RequestOf(string before) => Asked().Match(before) is { Success: true } match
        ? new ErrorHttpRequest(match.Groups["method"] is { Success: true, Value: var method } ? method : null, Cut(SecretKeys.TakeOut(match.Groups["path"].Value)), null, new Dictionary<string, string>(), null)
        : null;

    private static string Cut(string text) => text.Length <= LongText ? text : text[..LongText] + "…";

    [GeneratedRegex(@"^(?:.*\s)?(?:Uncaught )?(?<type>[A-Za-z_$][\w$.]*(?:Error|Exception))(?: \[\w+\])?(?:: (?<message>.*))?$", RegexOptions.CultureInvariant)]
    public static partial Regex NodeHead();

    [GeneratedRegex(@"^\s+at (?:(?:async )?(?<function>[^()]+?) \()?(?<file>(?:file://)?(?:/|node:)[^()]*?):(?<line>\d{1,7}):\d{1,7}\)?$", RegexOptions.CultureInvariant)]
    public static partial Regex NodeFrame();

    [GeneratedRegex(@"PHP Fatal error:  Uncaught (?<type>[\w\\]+)(?:: (?<message>.*?))? in (?<file>/\S+):(?<line>\d{1,7})", RegexOptions.CultureInvariant)]
    public static partial Regex PhpHead();

    [GeneratedRegex(@"#\d{1,3} (?<file>/[^()]+)\((?<line>\d{1,7})\): (?<function>[^(]+)\(", RegexOptions.CultureInvariant)]
    private static partial Regex PhpFrame();

    [GeneratedRegex(@"(?:Internal Server Error: (?<path>/\S*)|Exception on (?<path>/\S*) \[(?<method>[A-Z]+)\])", RegexOptions.CultureInvariant)]
    private static partial Regex Asked();
}
