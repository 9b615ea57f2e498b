using System.Text.RegularExpressions;
using Slipway.Contracts.Diagnoses;
using Slipway.Control.Builds;

namespace Slipway.Control.Diagnoses.Rules;

/// <summary>An import in other letters than the file: macOS and Windows find it, Linux does not.</summary>
internal sealed class ModuleLetterCase : Rule
{
    public override string Code => "module_letter_case";

    public override IReadOnlySet<Stage> Stages { get; } = At(Stage.Build, Stage.Release, Stage.Boot, Stage.Probe, Stage.Run);

    public override Diagnosis? Look(Facts facts)
    {
        if (facts.MissingModule is not { } module || Actual(facts.Source, facts.Root, module) is not { } actual || actual == module) return null;
        var frame = facts.Tracebacks.Select(one => one.Own).LastOrDefault(one => one is not null);
        var line = frame is null ? null : facts.Source.Line(frame.Path!, new Regex(Regex.Escape(module), RegexOptions.CultureInvariant));
        return Found($"The module is called {actual}, and the code imports {module}") with
        {
            Cause = "On Linux, upper and lower case letters are different names; on macOS and Windows the same file answers to both.",
            Evidence = [.. line is null ? (Evidence[])[] : [facts.Source.At(line)], facts.Source.At(SourceFiles.Join(facts.Root, actual.Replace('.', '/')) + ".py"), .. facts.Tracebacks.TakeLast(1).Select(Seen.Of)],
            Fix = $"Write {actual} where it is imported{(line is null ? "" : $": {line.File}, line {line.Number}")}; or rename the file, with git mv.",
            Action = line is null ? null : new FixAction { Files = [facts.Source.Edit(line, line.Text.Replace(module, actual, StringComparison.Ordinal))] },
        };
    }

    /// <summary>The same module in the letters of its files; null where the source has none.</summary>
    private static string? Actual(Source source, string root, string module)
    {
        var (folder, names) = (root, new List<string>());
        foreach (var part in module.Split('.'))
        {
            var found = source.Names(folder).FirstOrDefault(name => name.Equals(part + ".py", StringComparison.OrdinalIgnoreCase) || name.Equals(part + "/", StringComparison.OrdinalIgnoreCase));
            if (found is null) return null;
            names.Add(found.EndsWith('/') ? found[..^1] : found[..^".py".Length]);
            folder = SourceFiles.Join(folder, names[^1]);
        }

        return string.Join('.', names);
    }
}
