using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Control.AppFiles;
using Slipway.Control.Cron;
using Slipway.Control.Manifests;
using Slipway.Control.Sources;

namespace Slipway.Control.Builds;

/// <summary>
/// Rules on files alone, before anything runs: what is this, where is its project, what does it depend on. Fast, and the
/// one place that decides, so that nothing later has to guess.
/// </summary>
internal sealed record Preflight(AppKind Kind, Survey Survey)
{
    /// <summary>Config var that names the app's folder inside the source, as Heroku's subfolder buildpacks have it.</summary>
    public const string FolderVariable = "PROJECT_PATH";

    /// <summary>Config var that names the kind, for sources that could be several.</summary>
    public const string KindVariable = "PROJECT_KIND";

    /// <summary>The first half: what is it? The answer says on which stacks it is built, and the second half looks at them.</summary>
    /// <param name="folder">The source on disk.</param>
    /// <param name="config">Config vars of the app.</param>
    /// <exception cref="SlipwayException">422 with all findings at once.</exception>
    public static Preflight Recognize(string folder, IReadOnlyDictionary<string, string> config, IReadOnlyList<AppKind> kinds)
    {
        var files = new SourceFiles(folder);
        var findings = new List<Finding>();
        var chosen = Top(files, config.GetValueOrDefault(FolderVariable));
        var manifest = Manifest.Read(files, [chosen ?? "", ""], findings);
        // Alone: what else could be said would leave out what the file wants.
        if (findings.Count > 0) throw Finding.ToException(findings);
        var survey = new Survey(files, chosen ?? Top(files, manifest), config) { Manifest = manifest };
        if (chosen is not null) survey.Origins["root"] = $"config var {FolderVariable}";
        if (manifest.File is not null) survey.Decide($"What {manifest.File} says holds: {string.Join(", ", manifest.Entries.Select(entry => entry.Path[0]).Distinct())}");
        survey = survey with { Procfile = Procfile.Find(survey, survey.Top) };
        var kind = Detection.Choose(survey, kinds);
        if (kind is null && survey.Findings.Count == 0) survey.Report(Unknown(survey));
        return kind is null ? throw Finding.ToException(survey.Findings) : new Preflight(kind, survey);
    }

    /// <summary>The second half: everything that its build needs to know.</summary>
    /// <exception cref="SlipwayException">422 with all findings at once.</exception>
    public BuildPlan Plan(StackPair stacks)
    {
        var plan = ManifestPlan.Apply(Kind, Survey, Kind.Plan(Survey, stacks)) with
        {
            Cron = ReadAppFile(Survey),
            BuildEnv = ProjectFile.Find(Survey)?.BuildEnv ?? new Dictionary<string, string>(),
        };
        return Survey.Findings.Count > 0 ? throw Finding.ToException(Survey.Findings) : plan;
    }

    /// <summary>app.json's cron is part of a release. The rest of the file counts when an app is set up from it: here, what is wrong with it is only told.</summary>
    private static IReadOnlyList<CronEntry> ReadAppFile(Survey survey)
    {
        if (AppFileReader.Find(survey.Files, survey.Top) is not { } reading) return [];
        foreach (var (key, finding) in reading.Problems)
        {
            if (key is "" or "cron") survey.Report(finding);
            else survey.Decide($"{finding} Nothing that a deploy needs; setting up an app from this source would fail.");
        }

        foreach (var note in reading.Notes) survey.Decide(note);
        var cron = reading.File.Cron;
        if (cron.Count > 0) survey.Decide($"cron: {string.Join(", ", cron.Select(entry => $"{entry.Name} ({entry.Schedule}, {entry.TimeZone})"))}");
        return cron;
    }

    /// <returns>Null when the config var is not set.</returns>
    private static string? Top(SourceFiles files, string? projectPath)
    {
        if (string.IsNullOrWhiteSpace(projectPath)) return null;
        var top = SourcePath.Normalize(projectPath, new SourceLimits()) ?? "";
        if (files.FolderExists(top)) return top;
        // Alone: whatever else could be said would be about the wrong folder.
        throw Finding.ToException([new Finding("project_path_missing", $"{FolderVariable} is {TypedName.Quote(projectPath)}, and the source has no such folder.")
        {
            Next = $"slipway config unset {FolderVariable}, or set it to a folder of the source.",
        }]);
    }

    private static string Top(SourceFiles files, Manifest manifest)
    {
        if (manifest.Find("root") is not { Value: string root } entry || SourcePath.Normalize(root, new SourceLimits()) is not { } top) return "";
        return files.FolderExists(top) ? top : throw Finding.ToException([new Finding("root_missing", $"'root' is {TypedName.Quote(root)}, and the source has no such folder.")
        {
            File = manifest.File, Line = entry.Line, Next = "Write the app's folder as it is in the repository, or remove the line.",
        }]);
    }

    private static Finding Unknown(Survey survey) => new("unknown_app", "This folder is nothing that Slipway knows how to run.")
    {
        Why = $"It has none of: manage.py (in it or one folder down), index.php, index.html, package.json, Procfile. It holds: {string.Join(", ", survey.Files.Names(survey.Top).Take(12))}.",
        Next = "Deploy the folder that holds your app, or add a Procfile with a line 'web: COMMAND' whose command serves HTTP on $PORT.",
    };
}
