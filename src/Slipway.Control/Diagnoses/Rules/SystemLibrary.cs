using System.Text.RegularExpressions;
using Slipway.Contracts.Diagnoses;

namespace Slipway.Control.Diagnoses.Rules;

/// <summary>A package is compiled, and a header or a tool of Debian's is not there.</summary>
internal sealed class SystemLibrary : Rule
{
    public override string Code => "missing_system_library";

    public override IReadOnlySet<Stage> Stages { get; } = At(Stage.Build);

    public override Diagnosis? Look(Facts facts)
    {
        if (facts.Failure?.Id != Code || facts.Detail("package") is not { } package || facts.Detail("missing") is not { } missing) return null;
        var (debian, instead) = (facts.Detail("debian") ?? "", facts.Detail("instead") ?? "");
        var line = facts.Requirements is { } file ? facts.Source.Line(file, new Regex($@"^\s*{Regex.Escape(package)}\b", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)) : null;
        return Found($"{package} has to be compiled, and {missing} is missing") with
        {
            Cause = $"There is no ready-made wheel of it for this Python and machine, so pip compiles it{(debian.Length > 0 ? $", which takes Debian's {debian}" : "")}.",
            Evidence = [.. line is null ? (Evidence[])[] : [facts.Source.At(line)], new Evidence(EvidenceKind.Log, "what pip said", facts.Failure.Evidence ?? [])],
            Fix = $"{(instead.Length > 0 ? $"Use {instead}" : "Use a version of it that has a wheel")}{(debian.Length > 0 ? $"; or have {debian} while it is built, in slipway.toml: packages = [{List(debian)}]" : "")}.",
            Action = debian.Length == 0 || facts.Source.Has("slipway.toml") ? null : new FixAction { Files = [facts.Source.Edit("slipway.toml", $"packages = [{List(debian)}]\n")] },
        };
    }

    private static string List(string packages) => string.Join(", ", packages.Split(' ').Select(name => $"\"{name}\""));
}
