using Slipway.Contracts.Diagnoses;
using Slipway.Control.Sources;

namespace Slipway.Control.Doctor.Checks;

/// <summary>Memory that one more instance could have.</summary>
internal sealed class Memory : Check
{
    private const long Least = 64L << 20;

    public override string Name => "memory";

    public override string Looked(ServerFacts facts) => $"{Size.Text(facts.Memory.Available)} of {Size.Text(facts.Memory.Total)} are available";

    public override IEnumerable<Diagnosis> Look(ServerFacts facts)
    {
        var (available, total) = facts.Memory;
        if (available >= Math.Max(Least, total / 20)) yield break;
        yield return Found("memory_nearly_gone", $"{Size.Text(available)} of memory are available", Confidence.Likely) with
        {
            Cause = "A deploy runs the new instances beside the old: with so little, the kernel ends processes, of any app.",
            Evidence = [Fact("memory", $"{Size.Text(available)} of {Size.Text(total)} are available")],
            Fix = "Scale down what is idle (slipway ps, slipway scale), give apps smaller sizes, or get more memory.",
        };
    }
}
