namespace Slipway.Control.Builds;

/// <summary>One source under preflight's eyes: what it was told, and what it noted so far.</summary>
/// <param name="Top">Folder of the app inside the source; empty for the source itself.</param>
/// <param name="Config">Config vars of the release that follows.</param>
internal sealed record Survey(SourceFiles Files, string Top, IReadOnlyDictionary<string, string> Config)
{
    /// <summary>What would make the build or the app fail; one is enough to end the deploy.</summary>
    public List<Finding> Findings { get; init; } = [];

    /// <summary>One line a decision, with its reason, for the deploy's log.</summary>
    public List<string> Decisions { get; } = [];

    /// <summary>The one in <see cref="Top"/>; null when there is none.</summary>
    public Procfile? Procfile { get; init; }

    /// <summary>Path below the source of a file of the app's own folder.</summary>
    public string At(string name) => SourceFiles.Join(Top, name);

    public bool Has(string name) => Files.Exists(At(name));

    /// <summary>The first of these files of the app's own folder that is there.</summary>
    public string? FirstOf(params IEnumerable<string> names) => names.Select(At).FirstOrDefault(Files.Exists);

    public void Decide(string line) => Decisions.Add(line);

    public void Report(Finding finding) => Findings.Add(finding);
}
