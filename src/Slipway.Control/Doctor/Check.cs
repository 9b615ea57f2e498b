using Slipway.Contracts.Diagnoses;
using Slipway.Control.Doctor.Checks;

namespace Slipway.Control.Doctor;

/// <summary>One thing that can be wrong with a server: a pure function of the facts.</summary>
internal abstract class Check
{
    /// <summary>In the order in which they are shown: first what the others stand on.</summary>
    public static IReadOnlyList<Check> All { get; } =
        [new Daemons(), new Versions(), new Kernel(), new Packages(), new Disk(), new Memory(), new Clock(), new Ports(), new Domains(), new CertificateEnds(), new Backups(), new Checks.Mail(), new Orphans()];

    public abstract string Name { get; }

    /// <summary>What was seen, one line for people.</summary>
    public abstract string Looked(ServerFacts facts);

    public abstract IEnumerable<Diagnosis> Look(ServerFacts facts);

    /// <param name="code">A heading of docs/doctor.md.</param>
    private protected static Diagnosis Found(string code, string title, Confidence confidence = Confidence.Certain) =>
        new(code, title) { Stage = Stage.Run, Confidence = confidence, Page = $"docs/doctor.md#{code}" };

    private protected static Evidence Fact(string title, params IReadOnlyList<string> lines) => new(EvidenceKind.Fact, title, [.. lines.Take(30)]);
}
