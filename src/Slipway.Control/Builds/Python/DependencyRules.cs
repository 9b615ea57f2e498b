using Tomlyn.Model;

namespace Slipway.Control.Builds.Python;

/// <summary>Finds the file that says what the app depends on, and all files that it brings in.</summary>
internal sealed class DependencyRules(SourceFiles files, ICollection<Finding> findings, ICollection<string> decisions)
{
    // Lock files first: they pin everything, so what was tested is what runs.
    private static readonly (string Name, string Kind)[] Known =
    [
        ("uv.lock", "uv"),
        ("poetry.lock", "poetry"),
        ("Pipfile.lock", "pipenv"),
        ("requirements.txt", "requirements"),
        ("requirements/production.txt", "requirements"),
        ("requirements/prod.txt", "requirements"),
        ("pyproject.toml", "pyproject"),
    ];

    public static IEnumerable<string> FileNames => Known.Select(known => known.Name);

    private static DependencyPlan Nothing => Installing("none", null, [], needsSource: false);

    /// <param name="folders">Where to look; the first folder that has one decides.</param>
    public DependencyPlan Find(IReadOnlyList<string> folders)
    {
        foreach (var folder in folders)
        {
            var found = Known.Select(k => (File: SourceFiles.Join(folder, k.Name), k.Kind)).Where(k => files.Exists(k.File))
                .Where(k => k.Kind != "pyproject" || NamesDependencies(k.File)).ToArray();
            if (found is [var (file, kind), .. var others]) return Plan(folder, file, kind, others.Select(o => o.File));
            if (SourceFiles.Join(folder, "Pipfile") is var pipfile && files.Exists(pipfile))
            {
                findings.Add(new Finding("lock_file_missing", "There is a Pipfile and no Pipfile.lock.") { File = pipfile, Next = "Run: pipenv lock" });
                return Nothing;
            }
        }

        decisions.Add($"No dependency file ({string.Join(", ", Known.Select(k => k.Name))}): the stack's own packages are used");
        return Nothing;
    }

    private DependencyPlan Plan(string folder, string file, string kind, IEnumerable<string> others)
    {
        decisions.Add($"Dependencies from {file}" + (others.Any() ? $"; not from {string.Join(", ", others)}: {(kind is "requirements" ? "requirements.txt is the more exact" : "a lock file pins everything")}" : ""));
        if (kind == "requirements")
        {
            var requirements = new Requirements(files, findings);
            requirements.Read(file);
            return Installing(kind, file, requirements.Files, requirements.NeedsSource);
        }

        string[] beside = kind is "pipenv" ? [file, SourceFiles.Join(folder, "Pipfile")] : [file, SourceFiles.Join(folder, "pyproject.toml")];
        var read = beside.Distinct().Where(files.Exists).ToArray();
        if (kind is "poetry" or "uv" && read.Length == 1)
            findings.Add(new Finding("lock_file_alone", "The pyproject.toml that belongs to it is missing.") { File = file, Next = "Commit pyproject.toml beside it." });
        return Installing(kind, file, read, needsSource: false);
    }

    private static DependencyPlan Installing(string kind, string? file, IReadOnlyList<string> files, bool needsSource) =>
        new(kind, file, files, needsSource) { Results = ["/venv"], FactsFile = "venv/slipway.json", ConfigPrefixes = ["PIP_"] };

    /// <summary>Many a pyproject.toml only configures tools.</summary>
    private bool NamesDependencies(string file) =>
        Toml.Read(files, file, findings) is { } table
        && (table.Table("project")?.ContainsKey("dependencies") == true || table.Table("tool")?.Table("poetry")?.Table("dependencies") is not null);
}
