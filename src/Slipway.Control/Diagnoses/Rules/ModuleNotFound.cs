using Slipway.Contracts.Diagnoses;
using Slipway.Control.Builds;

namespace Slipway.Control.Diagnoses.Rules;

/// <summary>The app's own code imports a package that no requirement names.</summary>
internal sealed class ModuleNotFound : Rule
{
    public override string Code => "module_not_found";

    public override IReadOnlySet<Stage> Stages { get; } = At(Stage.Build, Stage.Release, Stage.Boot, Stage.Probe, Stage.Run);

    public override Diagnosis? Look(Facts facts)
    {
        if (facts.MissingModule is not { } module) return null;
        var top = module.Split('.')[0];
        // A part of the app itself that is not there is no package.
        if (facts.Source.HasFolder(SourceFiles.Join(facts.Root, top)) || facts.Source.Find("__init__.py").Any(file => file.EndsWith($"/{top}/__init__.py", StringComparison.Ordinal))) return null;
        var package = PythonPackages.Of(module);
        var own = facts.Tracebacks.Select(one => one.Own).LastOrDefault(one => one is not null);
        var elsewhere = OtherLists(facts).FirstOrDefault(file => Names(facts.Source, file, package));
        var requirements = facts.Requirements;
        return Found($"{package} is not among the requirements") with
        {
            Confidence = PythonPackages.Knows(module) || elsewhere is not null ? Confidence.Certain : Confidence.Likely,
            Cause = $"The code imports {module}, and nothing that is installed brings it.{(elsewhere is null ? " On your machine it was installed by hand, or with something else." : $" {elsewhere} names {package}, but is not what is installed here.")}",
            Evidence =
            [
                .. own is null ? (Evidence[])[] : [facts.Source.At(own.Path!, own.Line)],
                .. requirements is null ? (Evidence[])[] : [facts.Source.At(requirements, 1)],
                .. facts.Tracebacks.TakeLast(1).Select(Seen.Of),
            ],
            Fix = requirements is null && elsewhere is not null && !facts.HasOtherLock ? $"Have a requirements.txt in the app's folder that includes it: -r {elsewhere}"
                : facts.HasOtherLock ? $"Add {package} with the tool that writes your lock file, such as: uv add {package}; poetry add {package}; pipenv install {package}" : $"Add {package} to {requirements ?? "requirements.txt"}.",
            Action = facts.HasOtherLock ? null : new FixAction { Files = [facts.Source.Append(requirements ?? Own(facts), requirements is null && elsewhere is not null ? $"-r {elsewhere[(facts.Root.Length == 0 ? 0 : facts.Root.Length + 1)..]}" : package)] },
        };
    }

    private static string Own(Facts facts) => SourceFiles.Join(facts.Root, "requirements.txt");

    private static IEnumerable<string> OtherLists(Facts facts) =>
        facts.Source.FindBySuffix(".txt").Where(file => file != facts.Requirements && (facts.Root.Length == 0 || file.StartsWith(facts.Root + "/", StringComparison.Ordinal)) && (file.Contains("requirements", StringComparison.Ordinal) || file.Contains("dev", StringComparison.Ordinal)));

    private static bool Names(Source source, string file, string package) =>
        source.Read(file)?.Split('\n').Any(line => line.Replace('_', '-').StartsWith(package, StringComparison.OrdinalIgnoreCase)) == true;
}
