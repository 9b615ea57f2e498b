using Slipway.Contracts.Diagnoses;

namespace Slipway.Control.Doctor.Checks;

/// <summary>The other processes of Slipway answer, and what should run is being made to run.</summary>
internal sealed class Daemons : Check
{
    public override string Name => "daemons";

    public override string Looked(ServerFacts facts) => "slipwayd, slipway-runner and slipway-edge, and what they do together";

    public override IEnumerable<Diagnosis> Look(ServerFacts facts)
    {
        if (facts.Daemons.Runner is null)
            yield return Found("runner_away", "slipway-runner does not answer") with
            {
                Cause = "Instances run on, but none can be started or stopped, and no app deployed.",
                Evidence = [Fact("slipway-runner", facts.Daemons.RunnerTrouble ?? "")],
                Fix = "Start it: systemctl restart slipway-runner; its log says why it ended: journalctl -u slipway-runner. Where pid 1 is not systemd, bin/up starts it.",
            };
        if (facts.Daemons.EdgeVersion is null)
            yield return Found("edge_away", "slipway-edge does not answer") with
            {
                Cause = "It takes all requests of all apps: while it is away, none is served; where only its admin socket is, routes stay as they are.",
                Evidence = [Fact("slipway-edge", facts.Daemons.EdgeTrouble ?? "")],
                Fix = "Start it: systemctl restart slipway-edge; its log says why it ended: journalctl -u slipway-edge. Where pid 1 is not systemd, bin/up starts it.",
            };
        if (facts.Daemons is { Runner: not null, EdgeVersion: not null, Reconciling: { } trouble })
            yield return Found("reconciling_stuck", "What should run is not being made to run") with
            {
                Cause = "Each look at what runs ends with an error, so nothing is started, stopped or routed.",
                Evidence = [Fact("slipwayd", trouble)],
                Fix = "The error names what is in the way; slipwayd tries again by itself.",
            };
    }
}
