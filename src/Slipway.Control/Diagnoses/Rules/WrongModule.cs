using System.Text.RegularExpressions;
using Slipway.Contracts.Diagnoses;
using Slipway.Control.Builds;

namespace Slipway.Control.Diagnoses.Rules;

/// <summary>The server is told to serve a module that is not there, or a name that the module does not have.</summary>
internal sealed partial class WrongModule : Rule
{
    public override string Code => "wrong_module";

    public override IReadOnlySet<Stage> Stages { get; } = At(Stage.Boot);

    public override Diagnosis? Look(Facts facts)
    {
        if (facts.Instance?.Line is not { } command || ServedModule.Of(command) is not { } served || !IsAbout(facts, served)) return null;
        var (module, name) = (served.Module, served.Name ?? "application");
        var callables = Callables(facts).ToList();
        var place = callables.FirstOrDefault(one => one.Module == module) ?? callables.FirstOrDefault(one => one.Module.Split('.')[^1] == module.Split('.')[^1]) ?? callables.FirstOrDefault();
        var line = facts.Process("web");
        var corrected = place is null ? null : command.Replace(served.Argument, place.Argument, StringComparison.Ordinal);
        return Found($"The web command names {module}{(facts.Source.HasModule(facts.Root, module) ? $":{name}" : "")}, which does not exist") with
        {
            Cause = place is null
                ? $"There is no module {module} below {(facts.Root.Length == 0 ? "the top folder" : facts.Root)}, where the command runs."
                : $"What can be served is {place.Name} in {place.File}; the command runs in {(facts.Root.Length == 0 ? "the top folder" : facts.Root + "/")}.",
            Evidence = [.. line is null ? (Evidence[])[] : [facts.Source.At(line)], Seen.Lines(facts, text => Missing().IsMatch(text)), .. place is null ? (Evidence[])[] : [facts.Source.At(place.File, place.Line)]],
            Fix = corrected is null ? "Name the module that has the WSGI or ASGI callable." : $"Write: web: {corrected}",
            Action = corrected is null || line is null || corrected == command ? null : new FixAction { Files = [facts.Source.Edit(line, line.Text.Replace(command, corrected, StringComparison.Ordinal))] },
        };
    }

    /// <summary>The import that failed is the server's own of this module, not one that the module makes.</summary>
    private static bool IsAbout(Facts facts, ServedModule served) => facts.Tracebacks.All(one => one.Own is null) && facts.Lines.Any(text =>
        Missing().Match(text) is { Success: true } missing && (missing.Groups["module"] is not { Success: true, Value: var said } || served.IsIn(said)));

    private sealed record Callable(string Module, string Name, string File, int Line, string Argument);

    /// <summary>What could be served, nearest first, and how a server that runs in the app's folder is told of it.</summary>
    private static IEnumerable<Callable> Callables(Facts facts)
    {
        foreach (var file in facts.Source.Find("wsgi.py").Concat(facts.Source.Find("asgi.py")).Concat(facts.Source.FindBySuffix(".py")).Distinct())
        {
            if (facts.Source.Line(file, Made()) is not { } made) continue;
            var folder = facts.Source.PackageRoot(file);
            var module = (folder.Length == 0 ? file : file[(folder.Length + 1)..])[..^".py".Length].Replace('/', '.');
            var argument = made.Match.Groups["name"].Value == "application" ? module : $"{module}:{made.Match.Groups["name"].Value}";
            var below = folder == facts.Root ? "" : facts.Root.Length == 0 ? folder : folder.StartsWith(facts.Root + "/", StringComparison.Ordinal) ? folder[(facts.Root.Length + 1)..] : null;
            if (below is null) continue;
            yield return new Callable(module, made.Match.Groups["name"].Value, file, made.Number, below.Length == 0 ? argument : $"--chdir {below} {argument}");
        }
    }

    [GeneratedRegex(@"^(?<name>\w+)\s*=\s*(?:get_wsgi_application|get_asgi_application|Flask|FastAPI|Starlette|Quart|Bottle|falcon\.App|Sanic)\(", RegexOptions.CultureInvariant)]
    private static partial Regex Made();

    [GeneratedRegex("""No module named '(?<module>[^']+)'|Could not import module "(?<module>[^"]+)"|Failed to find attribute '\w+' in '(?<module>[^']+)'|Attribute "\w+" not found in module "(?<module>[^"]+)"|Failed to parse '\w+' as an attribute name|Error: Could not load application""", RegexOptions.CultureInvariant)]
    private static partial Regex Missing();
}
