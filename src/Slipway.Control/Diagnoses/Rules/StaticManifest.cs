using System.Text.RegularExpressions;
using Slipway.Contracts.Diagnoses;

namespace Slipway.Control.Diagnoses.Rules;

/// <summary>A template names a static file that was not collected, which only fails where DEBUG is off.</summary>
internal sealed partial class StaticManifest : Rule
{
    public override string Code => "static_manifest";

    public override IReadOnlySet<Stage> Stages { get; } = At(Stage.Probe, Stage.Run);

    public override Diagnosis? Look(Facts facts)
    {
        if (facts.Tracebacks.Select(one => Entry().Match(one.Message)).LastOrDefault(match => match.Success) is not { } entry) return null;
        var file = entry.Groups["file"].Value;
        var name = file.Split('/')[^1];
        var used = facts.Source.FindBySuffix(".html", ".txt", ".xml").Select(one => facts.Source.Line(one, new Regex(Regex.Escape(file), RegexOptions.CultureInvariant))).FirstOrDefault(line => line is not null);
        var alike = facts.Source.FindBySuffix("." + name.Split('.')[^1], "." + name.Split('.')[^1].ToUpperInvariant()).FirstOrDefault(one => one.EndsWith("/" + file, StringComparison.OrdinalIgnoreCase));
        var isOff = facts.ConfigVars.Contains("DISABLE_COLLECTSTATIC");
        return Found(isOff ? "Static files were not collected" : $"The static file {file} is not in the source") with
        {
            Cause = isOff ? "The config var DISABLE_COLLECTSTATIC is set, and the storage looks each file up in the list that collectstatic writes."
                : alike is not null ? $"The source has {alike}, in other letters: Linux tells upper from lower case."
                : "A template names it. With DEBUG on that only gives a 404; with DEBUG off the storage looks it up in the list of what was collected, and the page fails.",
            Evidence = [.. used is null ? (Evidence[])[] : [facts.Source.At(used)], .. facts.Tracebacks.TakeLast(1).Select(Seen.Of)],
            Fix = isOff ? "slipway config unset DISABLE_COLLECTSTATIC" : $"Add the file to the source (is it in .gitignore?), or take {file} out of the template.",
            Action = isOff ? new FixAction { Config = [new ConfigEdit("DISABLE_COLLECTSTATIC", ConfigSource.Unset)] }
                : alike is not null && used is not null ? new FixAction { Files = [facts.Source.Edit(used, used.Text.Replace(file, alike[^file.Length..], StringComparison.Ordinal))] }
                : null,
        };
    }

    [GeneratedRegex("Missing staticfiles manifest entry for '(?<file>[^']+)'", RegexOptions.CultureInvariant)]
    private static partial Regex Entry();
}
