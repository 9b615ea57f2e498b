using Tomlyn.Model;

namespace Slipway.Control.Builds;

/// <summary>Finds the file that says what the app depends on, and all files that it brings in.</summary>
internal sealed class DependencyRules(SourceFiles files, ICollection<Finding> findings, ICollection<string> decisions)
{
    // Lock files first: they pin everything, so what was tested is what runs.
    private static readonly (string Name, DependencyKind Kind)[] Known =
    [
        ("uv.lock", DependencyKind.Uv),
        ("poetry.lock", DependencyKind.Poetry),
        ("Pipfile.lock", DependencyKind.Pipenv),
        ("requirements.txt", DependencyKind.Requirements),
        ("requirements/production.txt", DependencyKind.Requirements),
        ("requirements/prod.txt", DependencyKind.Requirements),
        ("pyproject.toml", DependencyKind.Pyproject),
    ];

    /// <param name="folders">Where to look; the first folder that has one decides.</param>
    public DependencyPlan Find(IReadOnlyList<string> folders)
    {
        foreach (var folder in folders)
        {
            var found = Known.Select(k => (File: SourceFiles.Join(folder, k.Name), k.Kind)).Where(k => files.Exists(k.File))
                .Where(k => k.Kind != DependencyKind.Pyproject || NamesDependencies(k.File)).ToArray();
            if (found is [var (file, kind), .. var others]) return Plan(folder, file, kind, others.Select(o => o.File));
            if (SourceFiles.Join(folder, "Pipfile") is var pipfile && files.Exists(pipfile))
            {
                findings.Add(new Finding("lock_file_missing", "There is a Pipfile and no Pipfile.lock.") { File = pipfile, Next = "Run: pipenv lock" });
                return DependencyPlan.None;
            }
        }

        decisions.Add($"No dependency file ({string.Join(", ", Known.Select(k => k.Name))}): the stack's own packages are used");
        return DependencyPlan.None;
    }

    private DependencyPlan Plan(string folder, string file, DependencyKind kind, IEnumerable<string> others)
    {
        decisions.Add($"Dependencies from {file}" + (others.Any() ? $"; not from {string.Join(", ", others)}: {(kind is DependencyKind.Requirements ? "requirements.txt is the more exact" : "a lock file pins everything")}" : ""));
        if (kind == DependencyKind.Requirements)
        {
            var requirements = new Requirements(files, findings);
            requirements.Read(file);
            return new DependencyPlan(kind, file, requirements.Files, requirements.NeedsSource);
        }

        string[] beside = kind is DependencyKind.Pipenv ? [file, SourceFiles.Join(folder, "Pipfile")] : [file, SourceFiles.Join(folder, "pyproject.toml")];
        var read = beside.Distinct().Where(files.Exists).ToArray();
        if (kind is DependencyKind.Poetry or DependencyKind.Uv && read.Length == 1)
            findings.Add(new Finding("lock_file_alone", "The pyproject.toml that belongs to it is missing.") { File = file, Next = "Commit pyproject.toml beside it." });
        return new DependencyPlan(kind, file, read, NeedsSource: false);
    }

    /// <summary>Many a pyproject.toml only configures tools.</summary>
    private bool NamesDependencies(string file) =>
        Toml.Read(files, file, findings) is { } table
        && (table.Table("project")?.ContainsKey("dependencies") == true || table.Table("tool")?.Table("poetry")?.Table("dependencies") is not null);
}
