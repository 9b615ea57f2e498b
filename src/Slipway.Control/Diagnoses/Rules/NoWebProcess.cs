using Slipway.Contracts.Diagnoses;

namespace Slipway.Control.Diagnoses.Rules;

/// <summary>Somebody opens the site, and nothing of it serves: no web process is declared, or none is to run.</summary>
internal sealed class NoWebProcess : Rule
{
    public override string Code => "no_web_process";

    public override IReadOnlySet<Stage> Stages { get; } = At(Stage.Run);

    public override Diagnosis? Look(Facts facts)
    {
        if (facts.Router.Count == 0 || RouterLine.Parse(facts.Router[^1]) is not { Code: "H14" } last) return null;
        var declared = facts.ProcessTypes.ContainsKey("web");
        var line = facts.ProcessTypes.Keys.Select(facts.Process).FirstOrDefault(one => one is not null);
        return Found(declared ? "No web process is to run: it is scaled to 0" : "The app has no web process") with
        {
            Happened = $"A request for {last.Path} was answered with 503: nothing serves it.",
            Cause = declared ? "The formation says web=0." : $"Its process types are {string.Join(", ", facts.ProcessTypes.Keys)}; requests go to the one called web.",
            Evidence = [new Evidence(EvidenceKind.Http, "the router's log", [last.Text]), .. line is null ? (Evidence[])[] : [facts.Source.At(line)]],
            Fix = declared ? "slipway scale web=1" : "Add a line to the Procfile: web: COMMAND, which serves HTTP on $PORT. A Django or Flask app needs none: without a Procfile Slipway finds it.",
            Action = declared ? new FixAction { Command = ["scale", "web=1"] } : null,
        };
    }
}
