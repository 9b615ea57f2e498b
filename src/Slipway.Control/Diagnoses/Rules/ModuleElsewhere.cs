using Slipway.Contracts.Diagnoses;
using Slipway.Control.Builds;

namespace Slipway.Control.Diagnoses.Rules;

/// <summary>The module is the app's own and lies in another folder than the one in which commands run: a Procfile above the project.</summary>
internal sealed class ModuleElsewhere : Rule
{
    public override string Code => "module_elsewhere";

    public override IReadOnlySet<Stage> Stages { get; } = At(Stage.Build, Stage.Release, Stage.Boot);

    public override Diagnosis? Look(Facts facts)
    {
        if (facts.MissingModule is not { } module || module.Split('.')[0] is var top && facts.Source.HasModule(facts.Root, top)) return null;
        var file = facts.Source.Find("__init__.py").FirstOrDefault(one => SourceFiles.FolderOf(one).Split('/')[^1] == top) ?? facts.Source.Find(top + ".py").FirstOrDefault();
        if (file is null) return null;
        var folder = file.EndsWith("/__init__.py", StringComparison.Ordinal) ? SourceFiles.FolderOf(SourceFiles.FolderOf(file)) : SourceFiles.FolderOf(file);
        var procfile = SourceFiles.Join(facts.Root, "Procfile");
        var here = facts.Root.Length == 0 ? "the top folder" : facts.Root + "/";
        return Found($"{top} is in {folder}/, and the app runs in {here}") with
        {
            Cause = $"Python looks for modules in the folder in which it is started, and that is {here}{(facts.Source.Has(procfile) ? ", because the Procfile is there" : "")}.",
            Evidence = [facts.Source.At(file), .. facts.Source.Has(procfile) ? (Evidence[])[facts.Source.At(procfile, 1)] : [], .. facts.Tracebacks.TakeLast(1).Select(Seen.Of)],
            Fix = facts.Source.Has(procfile)
                ? $"git mv {procfile} {folder}/Procfile: its commands then run there. The requirements are found in either folder."
                : $"Say which folder the app is, in slipway.toml: root = \"{folder}\"",
            Action = facts.Source.Has(procfile) || facts.Source.Has("slipway.toml") ? null : new FixAction { Files = [facts.Source.Edit("slipway.toml", $"root = \"{folder}\"\n")] },
        };
    }
}
