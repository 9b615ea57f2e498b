using System.Globalization;
using Slipway.Contracts.Diagnoses;
using Slipway.Control.Sources;

namespace Slipway.Control.Doctor.Checks;

/// <summary>What lies around and belongs to nobody: after a crash there should be nothing.</summary>
internal sealed class Orphans : Check
{
    public override string Name => "orphans";

    public override string Looked(ServerFacts facts) => "instances, mounts and layers without an owner";

    public override IEnumerable<Diagnosis> Look(ServerFacts facts)
    {
        foreach (var kind in facts.Orphans.GroupBy(orphan => orphan.Kind))
        {
            var bytes = kind.Sum(orphan => orphan.Bytes);
            yield return Found("orphans", string.Create(CultureInfo.InvariantCulture, $"{kind.Count()} {kind.Key}{(kind.Count() == 1 ? "" : "s")} without an owner")) with
            {
                Cause = $"Nothing that this server knows needs {(kind.Count() == 1 ? "it" : "them")}; it was left when something was cut off{(bytes > 0 ? $", and takes {Size.Text(bytes)}" : "")}.",
                Evidence = [Fact(kind.Key + "s", [.. kind.Select(orphan => orphan.Name)])],
                Fix = "Restart the runner, which looks for what was left when it starts; running instances go on: systemctl restart slipway-runner.",
            };
        }
    }
}
