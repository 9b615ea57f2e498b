using Slipway.Contracts.Logs;

namespace Slipway.Control.Logs;

/// <summary>A line of an app's log with who wrote it, shown as Heroku shows it.</summary>
/// <param name="Source"><c>app</c>: the app's own code, and what people had done to it; <c>heroku</c>: Slipway, in Heroku's words.</param>
/// <param name="Origin"><c>web.1</c>, <c>run.4821</c>, <c>api</c>, <c>router</c>.</param>
internal readonly record struct SourcedLine(DateTimeOffset At, string Source, string Origin, string Text)
{
    public const string App = "app", Heroku = "heroku";
    public const string Router = "router", Api = "api";

    public override string ToString() => $"{At.UtcDateTime:yyyy-MM-ddTHH:mm:ss.ffffff}+00:00 {Source}[{Origin}]: {Text}";

    /// <summary>Whose a line of a file is: the platform's say it themselves, of all others the file's name does.</summary>
    public static SourcedLine Of(DateTimeOffset at, string fileOrigin, string text)
    {
        if (fileOrigin == Router) return new SourcedLine(at, Heroku, Router, text);
        if (fileOrigin != PlatformLog.Origin) return new SourcedLine(at, App, fileOrigin, text);
        var (open, close) = (text.IndexOf('['), text.IndexOf("]: ", StringComparison.Ordinal));
        return open > 0 && close > open
            ? new SourcedLine(at, text[..open], text[(open + 1)..close], text[(close + 3)..])
            : new SourcedLine(at, Heroku, PlatformLog.Origin, text);
    }
}

/// <summary>Which lines a reader wants.</summary>
/// <param name="Source"><c>app</c>, <c>heroku</c>, or <c>router</c> for its lines alone; null for all.</param>
/// <param name="Process"><c>web</c> or <c>web.1</c>, <c>router</c>, <c>api</c>; null for all.</param>
/// <param name="Since">Older lines belong to an app that had the name before.</param>
internal sealed record LogFilter(string? Source, string? Process, DateTimeOffset Since)
{
    /// <summary>Looks at the name alone: files of others need not be opened.</summary>
    public bool WantsFile(string origin) => origin == PlatformLog.Origin ? Source != SourcedLine.Router : Wants(SourcedLine.Of(default, origin, ""));

    /// <summary>A file whose lines are of several origins, so that the last few wanted ones may stand anywhere in it.</summary>
    public bool SiftsFile(string origin) => origin == PlatformLog.Origin && (Source is not null || Process is not null);

    public bool Wants(SourcedLine line)
    {
        if (Source == SourcedLine.Router && line.Origin != SourcedLine.Router) return false;
        if (Source is SourcedLine.App or SourcedLine.Heroku && line.Source != Source) return false;
        return Process is null || line.Origin == Process || line.Origin.StartsWith(Process + ".", StringComparison.Ordinal);
    }
}
