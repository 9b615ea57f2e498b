using System.Text.RegularExpressions;
using Slipway.Contracts.Diagnoses;

namespace Slipway.Control.Diagnoses.Rules;

/// <summary>The app writes where it may not: outside of its own folder, or into the image.</summary>
internal sealed partial class PathNotWritable : Rule
{
    public override string Code => "path_not_writable";

    public override IReadOnlySet<Stage> Stages { get; } = At(Stage.Release, Stage.Boot, Stage.Probe, Stage.Run);

    public override Diagnosis? Look(Facts facts)
    {
        if (facts.Tracebacks.LastOrDefault(one => one.Type is "PermissionError" or "OSError" && Denied().IsMatch(one.Message)) is not { } traceback) return null;
        var path = Denied().Match(traceback.Message).Groups["path"].Value;
        var own = traceback.Own;
        return Found($"The app may not write to {path}") with
        {
            Cause = "It runs as a user of its own, and may write to /tmp, to /app and to volumes. What it writes elsewhere than to a volume is gone with its instance.",
            Evidence = [.. own is null ? (Evidence[])[] : [facts.Source.At(own.Path!, own.Line)], Seen.Of(traceback)],
            Fix = $"If it is to be kept: a volume, in slipway.toml: [volumes] files = \"/data/files\", and have the app write there. If not: write to /tmp. Logs: write them to standard output.",
        };
    }

    [GeneratedRegex(@"^\[Errno (?:13|30)\] (?:Permission denied|Read-only file system): '(?<path>/[^']+)'", RegexOptions.CultureInvariant)]
    private static partial Regex Denied();
}
