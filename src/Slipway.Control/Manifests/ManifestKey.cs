namespace Slipway.Control.Manifests;

internal enum ManifestType { Text, Number, TextList }

/// <summary>One key of slipway.toml: what it is called, what it may hold, what it means.</summary>
/// <param name="Path">Dotted; <c>*</c> stands for a name that the user chooses: <c>processes.*.command</c>.</param>
/// <param name="Meaning">What it does, for people; one line.</param>
/// <param name="Default">What holds without it, for people.</param>
internal sealed record ManifestKey(string Path, ManifestType Type, string Meaning, string Default)
{
    private readonly string[] _parts = Path.Split('.');

    /// <summary>Says what is wrong with a text, or null. Of a list, each entry is asked for.</summary>
    public Func<string, string?> Check { get; init; } = _ => null;

    /// <summary>The same of the name in place of each <c>*</c>, first to last.</summary>
    public IReadOnlyList<Func<string, string?>> Names { get; init; } = [];

    public (long Min, long Max) Range { get; init; } = (0, long.MaxValue);

    /// <summary>Path of the key that it is another spelling of: <c>worker = "…"</c> for <c>worker.command</c>.</summary>
    public string? ShortFor { get; init; }

    /// <summary>How many parts of a path this key begins with; all of them, and no more: it is this key.</summary>
    public int Matches(IReadOnlyList<string> path)
    {
        var count = 0;
        while (count < path.Count && count < _parts.Length && (_parts[count] == "*" || _parts[count] == path[count])) count++;
        return count;
    }

    public bool Is(IReadOnlyList<string> path) => path.Count == _parts.Length && Matches(path) == path.Count;

    /// <summary>The part at this depth, where it is not a name of the user's; null past the end.</summary>
    public string? Word(int depth) => depth < _parts.Length && _parts[depth] != "*" ? _parts[depth] : null;

    /// <summary>The user's names in a path of this key, with how each is checked.</summary>
    public IEnumerable<(string Name, Func<string, string?> Check)> NamesIn(IReadOnlyList<string> path) =>
        path.Where((_, at) => _parts[at] == "*").Zip(Names);
}
