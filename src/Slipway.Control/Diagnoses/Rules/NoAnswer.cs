using Slipway.Contracts.Diagnoses;

namespace Slipway.Control.Diagnoses.Rules;

/// <summary>It takes the connection, and the answer does not come in time.</summary>
internal sealed class NoAnswer : Rule
{
    public override string Code => "no_answer";

    public override IReadOnlySet<Stage> Stages { get; } = At(Stage.Boot, Stage.Probe);

    public override Diagnosis? Look(Facts facts)
    {
        if (facts.Failure?.Id != "boot_timeout" || facts.Instance is not { Exit: null } instance || !instance.ListensRight) return null;
        return Found($"{instance.Name} takes connections and does not answer") with
        {
            Confidence = Confidence.Likely,
            Cause = $"It listens where it should, and the page that it is asked for takes longer than {instance.Age:0} s{(instance.Connecting.Count > 0 ? $"; it waits itself for {string.Join(", ", instance.Connecting)}" : "")}.",
            Evidence = [Seen.Sockets(instance), Seen.Processes(instance), .. Seen.End(facts) is { } end ? (Evidence[])[end] : []],
            Fix = "Find what that page waits for, and give each call to somebody else a time limit. Another page can be the one that is asked for, in slipway.toml: [health] path = \"/health/\"",
        };
    }
}
