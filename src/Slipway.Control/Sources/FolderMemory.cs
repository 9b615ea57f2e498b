using System.Globalization;
using System.Text;
using Slipway.Contracts.Names;

namespace Slipway.Control.Sources;

/// <summary>
/// What a folder that people change held when it was last taken in: which source it became, and by which stamp each file is
/// known again. It spares reading what did not change; lost, it costs time and nothing else.
/// </summary>
internal sealed class FolderMemory
{
    private const string Head = "slipway folder 1";

    /// <summary>A file changed again within a tick of the kernel's clock could have the same stamp, so one so fresh is read again the next time.</summary>
    private const long Tick = 50_000_000;

    private readonly string _file;
    private readonly Dictionary<string, (string Stamp, string Hash)> _known = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (FileStamp Stamp, string Hash)> _seen = new(StringComparer.Ordinal);

    private FolderMemory(string file) => _file = file;

    /// <summary>The source in which the known files are; null when there is none.</summary>
    public Digest? Source { get; private set; }

    public static FolderMemory Read(string file)
    {
        var memory = new FolderMemory(file);
        if (!File.Exists(file)) return memory;
        var lines = File.ReadAllLines(file);
        if (lines is not [Head, var source, ..] || !Digest.TryParse(source, out var digest)) return memory;
        memory.Source = digest;
        foreach (var line in lines.Skip(2))
            if (line.Split(' ', 3) is [var stamp, var hash, var path]) memory._known[path] = (stamp, hash);
        return memory;
    }

    /// <returns>The hash of the file's content; null when it is not known or has changed.</returns>
    public string? Find(string path, FileStamp stamp) => _known.TryGetValue(path, out var known) && known.Stamp == stamp.ToString() ? known.Hash : null;

    public void Remember(SourceFile file, FileStamp stamp) => _seen[file.Path] = (stamp, file.Hash);

    /// <param name="source">What the folder has become.</param>
    /// <param name="begun">When the first of its files was looked at.</param>
    public void Write(Digest source, DateTimeOffset begun)
    {
        var fresh = (begun.ToUnixTimeMilliseconds() * 1_000_000) - Tick;
        Save(source, _seen.Where(seen => seen.Value.Stamp.Changed < fresh).Select(seen => (seen.Key, seen.Value.Stamp.ToString(), seen.Value.Hash)));
    }

    /// <summary>
    /// Knows files again to whose names alone something was done, which the kernel counts as a change. One that is another file
    /// by now, or that says of itself that it was written, is no more known than before.
    /// </summary>
    public void Restamp(IEnumerable<(string Path, FileStamp Before, FileStamp? After)> files)
    {
        if (Source is not { } source) return;
        foreach (var (path, before, after) in files)
            if (after is { } now && now == before with { Changed = now.Changed } && Find(path, before) is { } hash) _known[path] = (now.ToString(), hash);
        Save(source, _known.Select(known => (known.Key, known.Value.Stamp, known.Value.Hash)));
    }

    private void Save(Digest source, IEnumerable<(string Path, string Stamp, string Hash)> files)
    {
        var text = new StringBuilder(Head).Append('\n').Append(source.Value).Append('\n');
        foreach (var (path, stamp, hash) in files) text.Append(CultureInfo.InvariantCulture, $"{stamp} {hash} {path}\n");
        var aside = _file + ".new";
        File.WriteAllText(aside, text.ToString());
        File.Move(aside, _file, overwrite: true);
    }
}
