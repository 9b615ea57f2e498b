using Slipway.Contracts.Diagnoses;

namespace Slipway.Control.Diagnoses.Rules;

/// <summary>The app's own code raised an error that no other rule knows more of: its last traceback says where.</summary>
internal sealed class AppRaised : Rule
{
    public override string Code => "app_raised";

    public override IReadOnlySet<Stage> Stages { get; } = At(Stage.Build, Stage.Release, Stage.Boot, Stage.Probe, Stage.Run);

    public override Diagnosis? Look(Facts facts)
    {
        // In an app that runs, a traceback alone is no failure: somebody has to have been answered with an error.
        if (facts.Stage == Stage.Run && facts.Failure is null && !facts.Router.Any(line => RouterLine.Parse(line) is { Status: >= 500 })) return null;
        if (facts.Tracebacks.LastOrDefault(one => one.Own is not null) is not { Own: { } own } traceback) return null;
        return Found($"{traceback.Type} in {own.Path}, line {own.Line}") with
        {
            Confidence = Confidence.Likely,
            Cause = traceback.Message.Length > 0 ? $"{traceback.Type}: {traceback.Message}" : $"It raised {traceback.Type} there.",
            Evidence = [facts.Source.At(own.Path!, own.Line), Seen.Of(traceback), .. facts.Probe is { } probe ? (Evidence[])[Seen.Of(probe)] : []],
            Fix = $"Correct what {own.Path}, line {own.Line} does, then: slipway deploy",
        };
    }
}
