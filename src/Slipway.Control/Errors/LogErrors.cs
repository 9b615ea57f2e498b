using Slipway.Contracts.Api;
using Slipway.Control.Diagnoses;
using Slipway.Control.Logs;

namespace Slipway.Control.Errors;

/// <summary>
/// One app's log as errors. What it finds is held back for a moment, until all that may tell of the same failure has come: what
/// an SDK sends, the traceback, the router's line.
/// </summary>
internal sealed class LogErrors(long app, ErrorActivity activity, ErrorQueue queue)
{
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(4);

    /// <summary>More are not looked at, in those moments.</summary>
    private const int MostHeld = 5000;

    /// <summary>Codes of the router that say what somebody wants, and of no failure: no web processes, maintenance.</summary>
    private static readonly HashSet<string> Wanted = ["H14", "H80"];

    private readonly LogBlocks _blocks = new();
    private readonly List<ErrorOccurrence> _held = [];

    public IReadOnlyList<ErrorOccurrence> Read(IReadOnlyList<SourcedLine> lines, DateTimeOffset now)
    {
        var found = _blocks.Read(lines.Where(line => line is { Source: SourcedLine.App, Origin: not SourcedLine.Api }), now).Select(LogStacks.Parse).OfType<ErrorOccurrence>()
            .Concat(lines.Where(line => line.Origin == SourcedLine.Router).Select(Answer).OfType<ErrorOccurrence>());
        foreach (var one in found)
        {
            if (_held.Count < MostHeld) _held.Add(one);
            else queue.Refuse(app);
        }

        // Exceptions first, of which each may explain an answer.
        var due = _held.Where(IsDue).OrderBy(one => one.Origin == ErrorOrigin.Edge).ThenBy(one => one.At).ToList();
        _held.RemoveAll(IsDue);
        return [.. due.Where(IsNew)];

        bool IsDue(ErrorOccurrence one) => one.At <= now - Hold;
    }

    private bool IsNew(ErrorOccurrence one)
    {
        if (one.Origin == ErrorOrigin.Edge) return !activity.Explains(app, one.At);
        activity.Raised(app, ErrorOrigin.Log, one.At);
        return !activity.SdkTells(app, one.At);
    }

    private static ErrorOccurrence? Answer(SourcedLine line)
    {
        // Most lines are of no failure, and there may be thousands a second.
        if (!line.Text.Contains(" status=5", StringComparison.Ordinal)) return null;
        if (RouterLine.Parse(line.Text) is not { Status: >= 500 } router || (router.Code is { } code && Wanted.Contains(code))) return null;
        var path = router.Path.Split('?')[0];
        return new ErrorOccurrence(Guid.CreateVersion7(), line.At)
        {
            Origin = ErrorOrigin.Edge,
            Environment = "production",
            Message = router.Description is { } description ? $"{router.Code}: {description}" : $"The app answered with {router.Status}",
            Request = new ErrorHttpRequest(router.Method, SecretKeys.TakeOut(path), null, new Dictionary<string, string>(), null),
            Tags = new Dictionary<string, string> { ["status"] = router.Code ?? $"HTTP {router.Status}" },
        };
    }
}
