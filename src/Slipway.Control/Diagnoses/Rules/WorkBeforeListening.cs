using System.Text.RegularExpressions;
using Slipway.Contracts.Diagnoses;

namespace Slipway.Control.Diagnoses.Rules;

/// <summary>The web command has something else to do first, and is at it still when its time is over.</summary>
internal sealed partial class WorkBeforeListening : Rule
{
    public override string Code => "work_before_listening";

    public override IReadOnlySet<Stage> Stages { get; } = At(Stage.Boot);

    public override Diagnosis? Look(Facts facts)
    {
        if (facts.Instance is not { Exit: null, Listening.Count: 0, Processes.Count: > 0 } instance) return null;
        // Deepest first: a shell that waits has the whole line as its own.
        var busy = instance.Processes.Reverse().FirstOrDefault(process => Work().IsMatch(process.Command) && !process.Command.Contains(" -c ", StringComparison.Ordinal));
        if (busy is null) return null;
        var line = facts.Process("web");
        var (work, serving) = line is null ? (null, null) : Split(line.Match.Groups["command"].Value);
        var release = facts.Process("release");
        return Found("The web process does something else before it listens") with
        {
            Cause = $"After {instance.Age:0} s it still ran: {busy.Command}. Each start of each instance does that anew, and none gets a request until it is done.",
            Evidence = [Seen.Processes(instance), Seen.Sockets(instance), .. line is null ? (Evidence[])[] : [facts.Source.At(line)]],
            Fix = "Do it once a release: a line 'release:' in the Procfile runs before the new instances start. For Django's migrate and collectstatic even that is not needed: Slipway does both by itself.",
            Action = work is null || release is not null ? null : new FixAction { Files = [facts.Source.Edit(line!, line!.Text.Replace(line.Match.Groups["command"].Value, serving, StringComparison.Ordinal) + $"\nrelease: {work}")] },
        };
    }

    private static (string? Work, string? Serving) Split(string command)
    {
        var parts = command.Split("&&", StringSplitOptions.TrimEntries);
        return parts.Length < 2 || !Work().IsMatch(command) ? (null, null) : (string.Join(" && ", parts[..^1]), parts[^1]);
    }

    [GeneratedRegex(@"\bmanage\.py (?!runserver)\w+|\b(alembic|flask db) upgrade|\bcollectstatic\b|\b(npm|pnpm|yarn) (ci|install|run build)|\bpip3? install\b|\bwait-for-it\b", RegexOptions.CultureInvariant)]
    private static partial Regex Work();
}
