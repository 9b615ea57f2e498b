namespace Slipway.Runner.Layers;

/// <summary>What remains of a laid source when a build is over: all of it but what the build deleted or wrote over.</summary>
internal sealed class LaidTree
{
    private readonly LayerEntry[] _entries;
    private readonly bool[] _isGone;

    public LaidTree(IEnumerable<LayerEntry> entries)
    {
        _entries = [.. entries.OrderBy(entry => entry.Path, StringComparer.Ordinal)];
        _isGone = new bool[_entries.Length];
    }

    public IEnumerable<LayerEntry> Kept => _entries.Where((_, at) => !_isGone[at]);

    /// <summary>Deepest first, as they can be deleted.</summary>
    public IEnumerable<LayerEntry> Gone => _entries.Where((_, at) => _isGone[at]).Reverse();

    /// <param name="deleted">As <see cref="LayerTree.Walk"/> gives it.</param>
    public void Delete(string deleted)
    {
        if (!deleted.EndsWith('/')) DeleteOne(deleted);
        var below = deleted.TrimEnd('/') + "/";
        for (var at = LowerBound(below); at < _entries.Length && _entries[at].Path.StartsWith(below, StringComparison.Ordinal); at++) _isGone[at] = true;
    }

    /// <summary>A folder over a folder leaves what is in it; anything else takes the place of what was there.</summary>
    public void WriteOver(LayerEntry entry)
    {
        if (entry.Kind is EntryKind.Folder && Find(entry.Path) is { Kind: EntryKind.Folder }) return;
        Delete(entry.Path);
    }

    private LayerEntry? Find(string path) => LowerBound(path) is var at && at < _entries.Length && _entries[at].Path == path ? _entries[at] : null;

    private void DeleteOne(string path)
    {
        var at = LowerBound(path);
        if (at < _entries.Length && _entries[at].Path == path) _isGone[at] = true;
    }

    private int LowerBound(string path)
    {
        var (low, high) = (0, _entries.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (string.CompareOrdinal(_entries[middle].Path, path) < 0) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}
