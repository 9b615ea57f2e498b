using System.Text.RegularExpressions;
using Slipway.Contracts.Diagnoses;

namespace Slipway.Control.Diagnoses.Rules;

/// <summary>The app shows its errors to everybody: source, settings, and in Werkzeug's debugger a console on the server.</summary>
internal sealed partial class DebugLeftOn : Rule
{
    public override string Code => Builds.Python.DebugSwitch.Code;

    public override IReadOnlySet<Stage> Stages { get; } = At(Stage.Preflight, Stage.Probe);

    public override Diagnosis? Look(Facts facts)
    {
        if (facts.Failure is not { } failure || failure.Id != Code && facts.Findings.All(finding => finding.Id != Code)) return null;
        var place = facts.Findings.FirstOrDefault(finding => finding.Id == Code) is { File: { } file, Line: { } number }
            ? facts.Source.Lines(file, Switch()).FirstOrDefault(line => line.Number == number)
            : new[] { facts.SettingsFile }.OfType<string>().Concat(facts.Source.FindBySuffix(".py")).Distinct().Select(one => facts.Source.Line(one, Switch())).FirstOrDefault(line => line is not null);
        return Found("The app would show its errors, with source and settings, to everybody") with
        {
            Happened = failure.Message,
            Cause = (facts.Stage == Stage.Preflight ? "DEBUG is on in the files, and nothing turns it off here." : "Asked for a page that does not exist, it answered as it answers a developer.")
                + (facts.ConfigVars.Contains("DJANGO_SETTINGS_MODULE") ? " Slipway would turn it off, but DJANGO_SETTINGS_MODULE is a config var, which turns its settings layer off." : ""),
            Evidence = [.. place is null ? (Evidence[])[] : [facts.Source.At(place)], .. facts.Probe is { } probe && facts.Stage == Stage.Probe ? (Evidence[])[Seen.Of(probe)] : []],
            Fix = $"{(place is null ? "Turn it off" : $"Turn it off in {place.File}, line {place.Number}")}. To show errors to everybody all the same, for as short as you can: slipway config set DEBUG=1",
            Action = place is null ? null
                : Literal().IsMatch(place.Text) ? new FixAction { Files = [facts.Source.Edit(place, Literal().Replace(place.Text, "${name}False"))] }
                : place.Text.Contains("environ", StringComparison.Ordinal) || place.Text.Contains("getenv", StringComparison.Ordinal) || place.Text.Contains("env", StringComparison.Ordinal)
                    ? new FixAction { Config = [new ConfigEdit("DEBUG", ConfigSource.Given, "0")] } : null,
        };
    }

    [GeneratedRegex(@"^DEBUG\s*=|\bdebug\s*=\s*True\b|\buse_debugger\s*=\s*True\b|\[['""]DEBUG['""]\]\s*=", RegexOptions.CultureInvariant)]
    private static partial Regex Switch();

    [GeneratedRegex(@"(?<name>\b(?:DEBUG|debug|use_debugger)['""\]]*\s*=\s*)True\b", RegexOptions.CultureInvariant)]
    private static partial Regex Literal();
}
