using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Control.Sources;

namespace Slipway.Control.Builds;

/// <summary>
/// Rules on files alone, before anything runs: what is this, where is its project, what does it depend on, which Python
/// does it ask for. Fast, and the one place that decides, so that nothing later has to guess.
/// </summary>
internal static class Preflight
{
    /// <summary>Config var that names the app's folder inside the source, as Heroku's subfolder buildpacks have it.</summary>
    public const string FolderVariable = "PROJECT_PATH";

    private const int SearchDepth = 4;

    /// <param name="folder">The source on disk.</param>
    /// <param name="projectPath">Value of <see cref="FolderVariable"/>, from the user; null to search.</param>
    /// <param name="python">What the stack has.</param>
    /// <exception cref="SlipwayException">422 with all findings at once.</exception>
    public static BuildPlan Check(string folder, string? projectPath, Version python)
    {
        var (files, findings, decisions) = (new SourceFiles(folder), new List<Finding>(), new List<string>());
        var top = Top(files, projectPath);
        var managePy = FindManagePy(files, top, findings, decisions);
        var project = managePy is null ? top : SourceFiles.FolderOf(managePy);
        string[] folders = [.. new[] { top, project }.Distinct()];

        var (procfile, types) = ReadProcfile(files, folders, findings, decisions);
        var dependencies = new DependencyRules(files, findings, decisions).Find(folders);
        new PythonRules(files, python, findings, decisions).Check(folders);
        if (managePy is null && types.Count == 0 && findings.Count == 0) findings.Add(Unknown(files, top));
        if (findings.Count > 0) throw Finding.ToException(findings);

        return new BuildPlan
        {
            Root = procfile is null ? project : SourceFiles.FolderOf(procfile),
            ManagePy = managePy,
            DjangoVersion = managePy is not null && dependencies.Kind == DependencyKind.None ? DjangoProject.VersionOf(files, managePy) : null,
            Dependencies = dependencies,
            ProcessTypes = types,
            Decisions = decisions,
        };
    }

    private static string Top(SourceFiles files, string? projectPath)
    {
        if (string.IsNullOrWhiteSpace(projectPath)) return "";
        var top = SourcePath.Normalize(projectPath, new SourceLimits()) ?? "";
        if (files.FolderExists(top)) return top;
        // Alone: whatever else could be said would be about the wrong folder.
        throw Finding.ToException([new Finding("project_path_missing", $"{FolderVariable} is {TypedName.Quote(projectPath)}, and the source has no such folder.")
        {
            Next = $"slipway config unset {FolderVariable}, or set it to a folder of the source.",
        }]);
    }

    private static string? FindManagePy(SourceFiles files, string top, List<Finding> findings, List<string> decisions)
    {
        var all = files.Find("manage.py", top, SearchDepth).Where(path => IsDjango(files, path)).ToArray();
        int Depth(string path) => path.Count(c => c == '/') - (top.Length == 0 ? 0 : top.Count(c => c == '/') + 1);
        foreach (var depth in new[] { 0, 1 })
        {
            switch (all.Where(path => Depth(path) == depth).ToArray())
            {
                case [var one]:
                    decisions.Add($"Django project: {one}");
                    return one;
                case [_, _, ..] several:
                    findings.Add(new Finding("several_projects", $"There are {several.Length} Django projects: {string.Join(", ", several)}.")
                    {
                        Next = $"Say which one is the app: slipway config set {FolderVariable}={SourceFiles.FolderOf(several[0])}",
                    });
                    return null;
            }
        }

        if (all is [var deep, ..] && !files.Exists(SourceFiles.Join(top, Procfile.FileName)))
            findings.Add(new Finding("project_too_deep", $"The Django project is {deep}, more than one folder down.")
            {
                Next = $"Say that it is the app: slipway config set {FolderVariable}={SourceFiles.FolderOf(deep)}",
            });
        return null;
    }

    /// <summary>Other things than Django have a manage.py, too.</summary>
    private static bool IsDjango(SourceFiles files, string path) =>
        files.ReadText(path, []) is not { } text || text.Contains("django", StringComparison.OrdinalIgnoreCase);

    private static (string? File, IReadOnlyDictionary<ProcessType, string> Types) ReadProcfile(
        SourceFiles files, string[] folders, List<Finding> findings, List<string> decisions)
    {
        var file = folders.Select(folder => SourceFiles.Join(folder, Procfile.FileName)).FirstOrDefault(files.Exists);
        if (file is null)
        {
            foreach (var wrong in new[] { "procfile", "ProcFile", "PROCFILE", "Procfile.txt" }.Where(files.Exists))
                findings.Add(new Finding("invalid_procfile", $"It is named {wrong}; only the name {Procfile.FileName} counts.") { File = wrong, Next = $"git mv {wrong} {Procfile.FileName}" });
            return (null, new Dictionary<ProcessType, string>());
        }

        var before = findings.Count;
        var types = files.ReadText(file, findings) is { } text ? Procfile.Parse(file, text, findings) : new Dictionary<ProcessType, string>();
        if (types.Count == 0 && findings.Count == before)
            findings.Add(new Finding("invalid_procfile", "It names no process.") { File = file, Next = "Write a line such as: web: gunicorn mysite.wsgi; or remove the file." });
        decisions.Add($"Processes from {file}: {string.Join(", ", types.Keys)}");
        return (file, types);
    }

    private static Finding Unknown(SourceFiles files, string top)
    {
        var flask = new[] { "app.py", "main.py", "wsgi.py" }.FirstOrDefault(name => files.Exists(SourceFiles.Join(top, name)));
        return new Finding("unknown_app", "This folder is nothing that Slipway knows how to run.")
        {
            Why = $"It has no Procfile, and no manage.py in it or one folder down. It holds: {string.Join(", ", files.Names(top).Take(12))}.",
            Next = flask is null
                ? "Deploy the folder that holds manage.py, or add a Procfile with a line 'web: COMMAND' whose command serves HTTP on $PORT."
                : $"Add a Procfile with the line 'web: gunicorn {Path.GetFileNameWithoutExtension(flask)}:app' (and gunicorn in requirements.txt).",
        };
    }
}
