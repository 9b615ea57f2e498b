using Slipway.Contracts.Diagnoses;

namespace Slipway.Control.Diagnoses.Rules;

/// <summary>It runs, waits for nobody that can be seen, and does not listen yet when its time is over.</summary>
internal sealed class SlowStart : Rule
{
    public override string Code => "slow_start";

    public override IReadOnlySet<Stage> Stages { get; } = At(Stage.Boot);

    public override Diagnosis? Look(Facts facts)
    {
        if (facts.Instance is not { Exit: null, Listening.Count: 0, Connecting.Count: 0, Port: > 0, Age: > 0 } instance || facts.Failure?.Id != "boot_timeout") return null;
        var cpu = instance.Processes.Sum(process => process.CpuSeconds);
        var timeout = Math.Min(600, Math.Max(120, (int)instance.Age * 2));
        const string file = "slipway.toml";
        return Found($"The app did not listen within {instance.Age:0} s") with
        {
            Confidence = Confidence.Likely,
            Cause = cpu > instance.Age / 2
                ? $"It was busy all the time ({cpu:0} s of processor time): it loads something large, or computes before it serves."
                : $"It used {cpu:0.0} s of processor time in that, and waited for the rest: a sleep, a lock, or an answer that does not come.",
            Evidence = [Seen.Processes(instance), Seen.Sockets(instance), .. Seen.End(facts) is { } end ? (Evidence[])[end] : []],
            Fix = $"Load it on the first request that needs it, or in a worker. If it has to be first, give it longer, in slipway.toml: [health] timeout = {timeout}",
            Action = facts.Source.Has(file) ? null : new FixAction { Files = [facts.Source.Edit(file, $"[health]\ntimeout = {timeout}\n")] },
        };
    }
}
