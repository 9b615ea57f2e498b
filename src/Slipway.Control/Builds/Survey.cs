using Slipway.Contracts.Names;
using Slipway.Control.Manifests;

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

    /// <summary>Where values that hold for the app are from, by their keys in slipway.toml; what is not here is in that file, or a default.</summary>
    public Dictionary<string, string> Origins { get; } = [];

    public Manifest Manifest { get; init; } = Manifest.None;

    /// <summary>The one in <see cref="Top"/>; null when there is none.</summary>
    public Procfile? Procfile { get; init; }

    /// <summary>Somebody said how this process type is started.</summary>
    public bool Declares(string type) => CommandOf(type) is not null;

    /// <summary>How they said it; null when nobody did.</summary>
    public string? CommandOf(string type) => Manifest.Text("processes", type, "command") ?? Procfile?.Types.GetValueOrDefault(ProcessType.Parse(type));

    /// <summary>Path below the source of a file of the app's own folder.</summary>
    public string At(string name) => SourceFiles.Join(Top, name);

    public bool Has(string name) => Files.Exists(At(name));

    /// <summary>The first of these files of the app's own folder that is there.</summary>
    public string? FirstOf(params IEnumerable<string> names) => names.Select(At).FirstOrDefault(Files.Exists);

    public void Decide(string line) => Decisions.Add(line);

    public void Report(Finding finding) => Findings.Add(finding);
}
