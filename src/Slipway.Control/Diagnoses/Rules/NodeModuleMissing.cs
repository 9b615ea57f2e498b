using System.Text.RegularExpressions;
using Slipway.Contracts.Diagnoses;
using Slipway.Control.Builds;

namespace Slipway.Control.Diagnoses.Rules;

/// <summary>A Node app requires a package that package.json does not name, or only for development.</summary>
internal sealed partial class NodeModuleMissing : Rule
{
    public override string Code => "node_module_missing";

    public override IReadOnlySet<Stage> Stages { get; } = At(Stage.Build, Stage.Release, Stage.Boot);

    public override Diagnosis? Look(Facts facts)
    {
        if (facts.Lines.Select(line => CannotFind().Match(line)).LastOrDefault(match => match.Success) is not { } missing) return null;
        var (package, manifest) = (missing.Groups["package"].Value, SourceFiles.Join(facts.Root, "package.json"));
        var line = facts.Source.Line(manifest, new Regex($"\"{Regex.Escape(package)}\"\\s*:"));
        var used = facts.Source.FindBySuffix(".js", ".mjs", ".cjs", ".ts").Select(file => facts.Source.Line(file, new Regex($"['\"]{Regex.Escape(package)}['\"]"))).FirstOrDefault(one => one is not null);
        return Found(line is null ? $"package.json does not name {package}" : $"{package} is installed for development only") with
        {
            Cause = line is null ? $"The code requires {package}, and nothing that is installed brings it." : "It is among devDependencies, which an image does not have: what runs in production is among dependencies.",
            Evidence = [.. used is null ? (Evidence[])[] : [facts.Source.At(used)], line is null ? facts.Source.At(manifest, 1) : facts.Source.At(line), Seen.Lines(facts, text => CannotFind().IsMatch(text))],
            Fix = $"npm install {package}, commit package.json and its lock file, deploy again.",
        };
    }

    [GeneratedRegex("""Cannot find (?:module|package) '(?<package>(?:@[\w.-]+/)?[\w][\w.-]*)(?:/[^']*)?'""", RegexOptions.CultureInvariant)]
    private static partial Regex CannotFind();
}
