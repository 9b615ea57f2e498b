using Slipway.Contracts.Logs;

namespace Slipway.Control.Logs;

/// <summary>A line of an app's log with who wrote it, shown as Heroku shows it.</summary>
/// <param name="Origin"><c>web.1</c>, <c>run.4821</c>, <c>router</c>.</param>
internal readonly record struct SourcedLine(DateTimeOffset At, string Origin, string Text)
{
    public const string Router = "router";

    public override string ToString() =>
        $"{At.UtcDateTime:yyyy-MM-ddTHH:mm:ss.ffffff}+00:00 {(Origin == Router ? "heroku" : "app")}[{Origin}]: {Text}";
}

/// <summary>Which lines a reader wants.</summary>
/// <param name="Router">True: the router's alone; false: the app's alone; null: both.</param>
/// <param name="Process"><c>web</c> or <c>web.1</c>; null for all.</param>
/// <param name="Since">Older lines belong to an app that had the name before.</param>
internal sealed record LogFilter(bool? Router, string? Process, DateTimeOffset Since)
{
    /// <summary>Looks at the origin alone: files of others need not be opened.</summary>
    public bool Wants(string origin)
    {
        var isRouter = origin == SourcedLine.Router;
        if (Router is { } router && router != isRouter) return false;
        return Process is null || origin == Process || origin.StartsWith(Process + ".", StringComparison.Ordinal);
    }
}
