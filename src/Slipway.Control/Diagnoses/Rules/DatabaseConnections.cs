using System.Text.RegularExpressions;
using Slipway.Contracts.Diagnoses;

namespace Slipway.Control.Diagnoses.Rules;

/// <summary>The database takes no more connections of the app.</summary>
internal sealed partial class DatabaseConnections : Rule
{
    public override string Code => "database_connections";

    public override IReadOnlySet<Stage> Stages { get; } = At(Stage.Release, Stage.Boot, Stage.Probe, Stage.Run);

    public override Diagnosis? Look(Facts facts)
    {
        if (!facts.Lines.Any(line => Refused().IsMatch(line))) return null;
        var opened = facts.Tracebacks.LastOrDefault(one => Refused().IsMatch(one.Message))?.Own;
        var workers = facts.Instance?.Processes.Count(process => process.Command.Contains("gunicorn", StringComparison.Ordinal) || process.Command.Contains("celery", StringComparison.Ordinal)) ?? 0;
        return Found("The app has as many connections to its database open as it may") with
        {
            Cause = $"Each process and thread that talks to the database holds connections, and the database takes a fixed number of them for an app.{(workers > 2 ? $" {facts.Instance!.Name} alone has {workers} processes." : "")}",
            Evidence = [.. opened is null ? (Evidence[])[] : [facts.Source.At(opened.Path!, opened.Line)], Seen.Lines(facts, text => Refused().IsMatch(text))],
            Fix = "Close connections, or return them to a pool, when a request is done; let a pool be no larger than the threads that use it; with Django, CONN_MAX_AGE keeps one for each thread, not more. Fewer or smaller processes (slipway ps, slipway scale) hold fewer.",
            Action = facts.Stage == Stage.Run ? new FixAction { Command = ["restart"] } : null,
        };
    }

    [GeneratedRegex(@"too many connections for (?:role|database)|sorry, too many clients already|remaining connection slots are reserved|\b1040\b.{0,8}Too many connections|max_user_connections|max number of clients reached|QueuePool limit of size \d+ overflow \d+ reached", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Refused();
}
