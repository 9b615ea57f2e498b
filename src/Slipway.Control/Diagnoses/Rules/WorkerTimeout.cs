using System.Text.RegularExpressions;
using Slipway.Contracts.Diagnoses;

namespace Slipway.Control.Diagnoses.Rules;

/// <summary>gunicorn ended a worker that was silent for too long. It says "Perhaps out of memory?" then as well; whether it was, the kernel knows.</summary>
internal sealed partial class WorkerTimeout : Rule
{
    public override string Code => "worker_timeout";

    public override IReadOnlySet<Stage> Stages { get; } = At(Stage.Boot, Stage.Probe, Stage.Run);

    public override Diagnosis? Look(Facts facts)
    {
        if (facts.Instance is not { OomKills: 0 } instance || !facts.Log.Any(line => Timeout().IsMatch(line))) return null;
        var line = facts.Process("web");
        var said = line is null ? null : Option().Match(line.Text);
        var stuck = facts.Tracebacks.LastOrDefault(one => one.Type is "SystemExit" && one.Own is not null);
        var isBoot = facts.Stage == Stage.Boot || stuck?.Frames.Any(frame => frame.File.EndsWith("/importlib/__init__.py", StringComparison.Ordinal)) == true;
        return Found(isBoot ? "gunicorn ends the workers while they still load the app" : "gunicorn ended a worker that was at one request for too long") with
        {
            Cause = $"A worker has {(said is { Success: true } ? said.Groups["seconds"].Value : "30")} s to answer{(isBoot ? ", loading the app included" : "")}. It is not out of memory, whatever gunicorn guesses: the kernel counts no process that it ended for that{(instance.Memory is { } used ? $", and {used >> 20} of {instance.MemoryLimit >> 20} MiB are in use" : "")}.",
            Evidence = [Seen.Lines(facts, text => Timeout().IsMatch(text) || text.Contains("SIGKILL", StringComparison.Ordinal)), .. stuck?.Own is { } own ? (Evidence[])[facts.Source.At(own.Path!, own.Line)] : [], Seen.Memory(instance)],
            Fix = stuck?.Own is { } slow ? $"Make {slow.Path}, line {slow.Line} faster, or do that work in a worker process; a longer --timeout helps where it cannot be." : "Give the app less to do there, or gunicorn a longer --timeout.",
            Action = said is { Success: true } && int.Parse(said.Groups["seconds"].Value) < 60
                ? new FixAction { Files = [facts.Source.Edit(line!, Option().Replace(line!.Text, "${option}60"))] }
                : null,
        };
    }

    [GeneratedRegex(@"\bWORKER TIMEOUT\b", RegexOptions.CultureInvariant)]
    private static partial Regex Timeout();

    [GeneratedRegex(@"(?<option>(?:--timeout|-t)[ =])(?<seconds>\d{1,4})", RegexOptions.CultureInvariant)]
    private static partial Regex Option();
}
