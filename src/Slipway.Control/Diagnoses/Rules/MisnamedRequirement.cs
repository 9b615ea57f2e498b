using System.Text.RegularExpressions;
using Slipway.Contracts.Diagnoses;

namespace Slipway.Control.Diagnoses.Rules;

/// <summary>A requirement is written as the code imports it, and the package is called otherwise.</summary>
internal sealed class MisnamedRequirement : Rule
{
    public override string Code => "package_not_found";

    public override IReadOnlySet<Stage> Stages { get; } = At(Stage.Build);

    public override Diagnosis? Look(Facts facts)
    {
        if (facts.Failure?.Id != Code || facts.Detail("package") is not { } package) return null;
        var meant = facts.Detail("meant") ?? (PythonPackages.Knows(package) ? PythonPackages.Of(package) : null);
        var line = facts.Requirements is { } file ? facts.Source.Line(file, new Regex($@"^\s*(?<name>{Regex.Escape(package)})\b(?<rest>.*)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)) : null;
        return Found(meant is null ? $"There is no package {package}" : $"The package is called {meant}, not {package}") with
        {
            Cause = meant is null ? facts.Failure.Why ?? "" : $"{package} is what code imports; the package index knows it as {meant}.",
            Evidence = [.. line is null ? (Evidence[])[] : [facts.Source.At(line)], new Evidence(EvidenceKind.Log, "what pip said", facts.Failure.Evidence ?? [])],
            Fix = meant is null ? facts.Failure.Next ?? "" : $"Write {meant} in {line?.File ?? "the requirements"}.",
            // Its version was another package's.
            Action = meant is null || line is null ? null : new FixAction { Files = [facts.Source.Edit(line, meant)] },
        };
    }
}
