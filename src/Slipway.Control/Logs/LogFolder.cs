namespace Slipway.Control.Logs;

/// <summary>
/// The files of one app's log as one reader sees them: first the last lines, then what is added, each line once, also
/// when files appear (a new instance) and when the router's is set aside as <c>router.log.1</c> and begun anew.
/// </summary>
internal sealed class LogFolder(IReadOnlyList<string> directories, LogFilter filter)
{
    private const string Aside = ".1";

    private readonly Dictionary<string, LogFile> _files = new(StringComparer.Ordinal);

    /// <summary>False once the folders are gone: the app was destroyed.</summary>
    public bool Exists => directories.Any(Directory.Exists);

    /// <summary>The last lines of all files together, in the order of time.</summary>
    public IReadOnlyList<SourcedLine> ReadLast(int max)
    {
        var last = new List<SourcedLine>();
        foreach (var (path, length) in List().OrderByDescending(entry => File.GetLastWriteTimeUtc(entry.Key)))
        {
            var file = _files[path] = new LogFile(path, LogFile.OriginOf(path)) { Position = length };
            // Nothing in a file that was last written before the oldest line so far can be among the last.
            if (max == 0 || (last.Count == max && File.GetLastWriteTimeUtc(path) < last[0].At.UtcDateTime)) continue;
            last = [.. Merge([.. last, .. Take(() => file.ReadLast(max))]).TakeLast(max)];
        }

        return last;
    }

    public IReadOnlyList<SourcedLine> ReadNew()
    {
        var lengths = List();
        NoticeRotations(lengths);
        var lines = new List<SourcedLine>();
        foreach (var (path, length) in lengths)
        {
            if (!_files.TryGetValue(path, out var file))
                file = _files[path] = new LogFile(path, LogFile.OriginOf(path)) { Position = path.EndsWith(Aside, StringComparison.Ordinal) ? length : 0 };
            if (length > file.Position) lines.AddRange(Take(file.ReadNew));
        }

        return [.. Merge(lines)];
    }

    // The sort is stable: lines of one file that bear the same time stay in the order in which they were written.
    private IEnumerable<SourcedLine> Merge(IEnumerable<SourcedLine> lines) => lines.Where(line => line.At >= filter.Since).OrderBy(line => line.At);

    // A file that is shorter than what was read of it, or is gone, was set aside; what it got since is in the file beside it.
    private void NoticeRotations(Dictionary<string, long> lengths)
    {
        foreach (var file in _files.Values.Where(file => !file.Path.EndsWith(Aside, StringComparison.Ordinal)).ToList())
        {
            if (lengths.TryGetValue(file.Path, out var length) && length >= file.Position) continue;
            _files[file.Path + Aside] = new LogFile(file.Path + Aside, LogFile.OriginOf(file.Path)) { Position = file.Position };
            _files.Remove(file.Path);
        }
    }

    private Dictionary<string, long> List()
    {
        var found = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var directory in directories.Select(path => new DirectoryInfo(path)).Where(directory => directory.Exists))
        {
            try
            {
                foreach (var file in directory.EnumerateFiles("*.log*"))
                {
                    if (file.Name.EndsWith(".log", StringComparison.Ordinal) || file.Name.EndsWith(".log" + Aside, StringComparison.Ordinal))
                        if (filter.Wants(LogFile.OriginOf(file.Name))) found[file.FullName] = file.Length;
                }
            }
            catch (DirectoryNotFoundException)
            {
                continue; // the app is being destroyed
            }
        }

        return found;
    }

    private static List<SourcedLine> Take(Func<List<SourcedLine>> read)
    {
        try
        {
            return read();
        }
        catch (FileNotFoundException)
        {
            return []; // set aside or removed since it was listed; the next look finds where it went
        }
    }
}
