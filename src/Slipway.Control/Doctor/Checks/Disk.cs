using Slipway.Contracts.Diagnoses;
using Slipway.Control.Sources;

namespace Slipway.Control.Doctor.Checks;

/// <summary>Room for what apps write, and for the next build.</summary>
internal sealed class Disk : Check
{
    /// <summary>A build of a large app takes about so much.</summary>
    private const long Least = 2L << 30;

    public override string Name => "disk";

    public override string Looked(ServerFacts facts) => $"{Size.Text(facts.Disk.Free)} of {Size.Text(facts.Disk.Total)} are free";

    public override IEnumerable<Diagnosis> Look(ServerFacts facts)
    {
        var (free, total) = facts.Disk;
        // A twentieth of a small disk is little, and 2 GiB of a large one are soon gone: a log, an upload.
        if (free >= Math.Min(Least, total / 10) && free >= total / 50) yield break;
        yield return Found("disk_nearly_full", $"The disk is nearly full: {Size.Text(free)} are free") with
        {
            Cause = "Databases stop at a full disk, uploads and builds fail.",
            Evidence = [Fact("disk", $"{Size.Text(free)} of {Size.Text(total)} are free")],
            Fix = "Destroy apps and backups that nobody needs (slipway apps, slipway backups), or enlarge the disk. Unused layers go by themselves within an hour.",
        };
    }
}
