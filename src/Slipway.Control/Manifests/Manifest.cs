using System.Globalization;
using Slipway.Contracts.Names;
using Slipway.Control.Builds;

namespace Slipway.Control.Manifests;

/// <summary>What a slipway.toml says, checked; each value knows its line. Empty when there is no such file.</summary>
/// <param name="File">Path below the source.</param>
internal sealed record Manifest(string? File, IReadOnlyList<ManifestEntry> Entries)
{
    public static Manifest None { get; } = new(null, []);

    /// <summary>Reads the file of the first folder that has one, and finds what is wrong with it.</summary>
    public static Manifest Read(SourceFiles files, IEnumerable<string> folders, ICollection<Finding> findings)
    {
        if (folders.Select(folder => SourceFiles.Join(folder, ManifestFile.Name)).FirstOrDefault(files.Exists) is not { } file
            || files.ReadText(file, findings) is not { } text) return None;
        var manifest = new Manifest(file, ManifestFile.Parse(file, text, findings));
        ManifestRules.Check(manifest, findings);
        return manifest;
    }

    public string? Text(params string[] path) => Find(path)?.Value as string;

    public int? Number(params string[] path) => (int?)(Find(path)?.Value as long?);

    public IReadOnlyList<string> List(params string[] path) => Find(path)?.Value as IReadOnlyList<string> ?? [];

    /// <summary>The users' names in a table: <c>worker</c> of <c>processes</c>, in the order of the file.</summary>
    public IEnumerable<string> Names(string table) => Entries.Where(entry => entry.Path.Count > 1 && entry.Path[0] == table).Select(entry => entry.Path[1]).Distinct();

    public ManifestEntry? Find(params string[] path) => Entries.FirstOrDefault(entry => entry.Path.SequenceEqual(path));

    /// <summary>Where a value is from, for people: <c>slipway.toml:3</c>.</summary>
    public string OriginOf(ManifestEntry entry) => string.Create(CultureInfo.InvariantCulture, $"{File}:{entry.Line}");

    /// <summary>Commands that run in the build container, by their step.</summary>
    public IReadOnlyDictionary<string, string> BuildCommands()
    {
        var all = new Dictionary<string, string>();
        if (Text("build") is { } build) all["build"] = build;
        foreach (var hook in new[] { "pre-build", "post-build" })
            if (Text("hooks", hook) is { } command) all[hook] = command;
        return all;
    }

    /// <summary>Commands of process types, <c>release</c> among them: hooks.release is that, by its name in the order of a deploy.</summary>
    public IEnumerable<(ProcessType Type, ManifestEntry Command)> Commands()
    {
        foreach (var name in Names("processes"))
            if (Find("processes", name, "command") is { } command) yield return (ProcessType.Parse(name), command);
        if (Find("hooks", "release") is { } release) yield return (ProcessType.Parse("release"), release);
    }
}
