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
    private static readonly TimeSpan HoldFor = TimeSpan.FromSeconds(4);

    /// <summary>More of either are counted in those moments, and not looked at: a storm is not to cost the apps their processor.</summary>
    private const int MostHeld = 500;

    /// <summary>Codes of the router that say what somebody wants, and of no failure: no web processes, maintenance.</summary>
    private static readonly HashSet<string> Wanted = ["H14", "H80"];

    private readonly LogBlocks _blocks = new();
    private readonly List<ErrorOccurrence> _raised = [], _answers = [];

    public void Add(SourcedLine line)
    {
        if (line.Origin == SourcedLine.Router) Hold(line);
        else if (line is { Source: SourcedLine.App, Origin: not SourcedLine.Api } && _blocks.Add(line) is { } block) Hold(block);
    }

    /// <summary>What was held for long enough, each failure once.</summary>
    public IReadOnlyList<ErrorOccurrence> Take(DateTimeOffset now)
    {
        foreach (var block in _blocks.TakeQuiet(now)) Hold(block);
        // Exceptions first, of which each may explain an answer.
        return [.. TakeDue(_raised, now).Concat(TakeDue(_answers, now)).Where(IsNew)];
    }

    private void Hold(LogBlock block)
    {
        if (_raised.Count < MostHeld)
        {
            if (LogStacks.Parse(block) is { } one) _raised.Add(one);
            return;
        }

        activity.Raised(app, ErrorOrigin.Log, block.At); // its answer needs no error of its own
        if (!activity.SdkTells(app, block.At)) queue.Refuse(app);
    }

    private void Hold(SourcedLine router)
    {
        if (Answer(router) is not { } one) return;
        if (_answers.Count < MostHeld) _answers.Add(one);
        else if (_raised.Count == 0 && !activity.SdkTells(app, one.At)) queue.Refuse(app); // else it is counted by its exception
    }

    private static List<ErrorOccurrence> TakeDue(List<ErrorOccurrence> held, DateTimeOffset now)
    {
        var due = held.Where(one => one.At <= now - HoldFor).OrderBy(one => one.At).ToList();
        if (due.Count > 0) held.RemoveAll(one => one.At <= now - HoldFor);
        return due;
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
