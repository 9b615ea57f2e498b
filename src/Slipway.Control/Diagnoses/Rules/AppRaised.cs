using Slipway.Contracts.Diagnoses;

namespace Slipway.Control.Diagnoses.Rules;

/// <summary>The app's own code raised an error that no other rule knows more of: its last traceback says where.</summary>
internal sealed class AppRaised : Rule
{
    public override string Code => "app_raised";

    public override IReadOnlySet<Stage> Stages { get; } = At(Stage.Build, Stage.Release, Stage.Boot, Stage.Probe, Stage.Run);

    public override Diagnosis? Look(Facts facts)
    {
        if (!facts.HasFailed) return null;
        if (facts.Tracebacks.LastOrDefault(one => one.Own is not null) is { Own: { } own } traceback) return Raised(facts, traceback.Type, traceback.Message, own.Path!, own.Line, Seen.Of(traceback));
        return Thrown.In(facts) is { } thrown ? Raised(facts, thrown.Type, thrown.Message, thrown.Path, thrown.Line, new Evidence(EvidenceKind.Log, "the error in the log", thrown.Lines)) : null;
    }

    private Diagnosis Raised(Facts facts, string type, string message, string path, int line, Evidence log) => Found($"{type} in {path}, line {line}") with
    {
        Confidence = Confidence.Likely,
        Cause = message.Length > 0 ? $"{type}: {message}" : $"It raised {type} there.",
        Evidence = [facts.Source.At(path, line), log, .. facts.Probe is { } probe ? (Evidence[])[Seen.Of(probe)] : []],
        Fix = $"Correct what {path}, line {line} does, then: slipway deploy",
    };
}
