using System.Text.RegularExpressions;
using Slipway.Contracts.Diagnoses;

namespace Slipway.Control.Diagnoses.Rules;

/// <summary>The app wrote more than its instance has room for.</summary>
internal sealed partial class InstanceDiskFull : Rule
{
    public override string Code => "instance_disk_full";

    public override IReadOnlySet<Stage> Stages { get; } = At(Stage.Release, Stage.Boot, Stage.Probe, Stage.Run);

    public override Diagnosis? Look(Facts facts)
    {
        if (!facts.Lines.Any(line => NoRoom().IsMatch(line))) return null;
        var traceback = facts.Tracebacks.LastOrDefault(one => NoRoom().IsMatch(one.Message));
        var path = traceback is null ? null : Path().Match(traceback.Message) is { Success: true } match ? match.Groups["path"].Value : null;
        return Found(path is null ? "The instance has no room left for what the app writes" : $"No room is left for {path}") with
        {
            Cause = "What an instance may write besides its volumes is limited, and /tmp is in its memory: it is meant for what may be gone with the instance.",
            Evidence = [.. traceback?.Own is { } own ? (Evidence[])[facts.Source.At(own.Path!, own.Line)] : [], Seen.Lines(facts, text => NoRoom().IsMatch(text))],
            Fix = "Delete temporary files when they are done with (Python: with tempfile.TemporaryDirectory()). What is to be kept goes to a volume, in slipway.toml: [volumes] files = \"/data/files\". slipway restart gives the app new instances, and their room back.",
            Action = facts.Stage == Stage.Run ? new FixAction { Command = ["restart"] } : null,
        };
    }

    [GeneratedRegex(@"No space left on device|\bENOSPC\b|Disk quota exceeded", RegexOptions.CultureInvariant)]
    private static partial Regex NoRoom();

    [GeneratedRegex(@"(?:No space left on device|Disk quota exceeded): '(?<path>[^']+)'", RegexOptions.CultureInvariant)]
    private static partial Regex Path();
}
