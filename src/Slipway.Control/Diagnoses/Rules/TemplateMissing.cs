using System.Text.RegularExpressions;
using Slipway.Contracts.Diagnoses;
using Slipway.Control.Builds;

namespace Slipway.Control.Diagnoses.Rules;

/// <summary>A template is not where it is looked for, or is called by other letters.</summary>
internal sealed partial class TemplateMissing : Rule
{
    public override string Code => "template_missing";

    public override IReadOnlySet<Stage> Stages { get; } = At(Stage.Probe, Stage.Run);

    public override Diagnosis? Look(Facts facts)
    {
        if (facts.Tracebacks.LastOrDefault(one => one.Type is "TemplateDoesNotExist" or "TemplateNotFound" && one.Message.Length > 0) is not { } traceback) return null;
        var template = traceback.Message.Split('\n')[0].Trim();
        var files = facts.Source.FindBySuffix("." + template.Split('.')[^1]).ToList();
        var letters = files.FirstOrDefault(file => ("/" + file).EndsWith("/" + template, StringComparison.OrdinalIgnoreCase) && !("/" + file).EndsWith("/" + template, StringComparison.Ordinal));
        var there = files.FirstOrDefault(file => ("/" + file).EndsWith("/" + template, StringComparison.Ordinal));
        var used = traceback.Own is { } own ? facts.Source.Line(own.Path!, new Regex(Regex.Escape(template), RegexOptions.CultureInvariant)) : null;
        var folder = there is null ? null : there[..^template.Length].TrimEnd('/');
        var dirs = facts.SettingsFile is { } settings && folder is not null ? facts.Source.Line(settings, EmptyDirs()) : null;
        return Found($"The template {template} is not found") with
        {
            Cause = letters is not null ? $"The source has {letters}: on Linux, upper and lower case letters are different names."
                : there is not null ? $"It is there, as {there}, but templates are not looked for in {folder}/: for that, DIRS of TEMPLATES has to name it."
                : "No file of the source has that name: it was not committed, or .gitignore leaves it out.",
            Evidence = [.. used is null ? traceback.Own is { } at ? (Evidence[])[facts.Source.At(at.Path!, at.Line)] : [] : [facts.Source.At(used)], .. dirs is null ? (Evidence[])[] : [facts.Source.At(dirs)], Seen.Of(traceback)],
            Fix = letters is not null ? $"Write {letters[^template.Length..]} where it is used."
                : there is not null ? $"TEMPLATES = [{{…, \"DIRS\": [BASE_DIR / \"{Below(facts.Root, folder!)}\"], …}}]"
                : "Add the file, or correct the name.",
            Action = letters is not null && used is not null ? new FixAction { Files = [facts.Source.Edit(used, used.Text.Replace(template, letters[^template.Length..], StringComparison.Ordinal))] }
                : dirs is not null && facts.Source.Line(dirs.File, BaseDir()) is not null
                    ? new FixAction { Files = [facts.Source.Edit(dirs, EmptyDirs().Replace(dirs.Text, $"${{key}}[BASE_DIR / \"{Below(facts.Root, folder!)}\"]"))] }
                    : null,
        };
    }

    private static string Below(string root, string folder) => root.Length > 0 && folder.StartsWith(root + "/", StringComparison.Ordinal) ? folder[(root.Length + 1)..] : folder;

    [GeneratedRegex("""(?<key>['"]DIRS['"]\s*:\s*)\[\s*\]""", RegexOptions.CultureInvariant)]
    private static partial Regex EmptyDirs();

    [GeneratedRegex(@"^BASE_DIR\s*=\s*Path\(", RegexOptions.CultureInvariant)]
    private static partial Regex BaseDir();
}
