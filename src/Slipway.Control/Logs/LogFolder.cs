namespace Slipway.Control.Logs;

/// <summary>
/// The files of one app's log as one reader sees them: first the last lines, then what is added, each line once, also
/// when files appear (a new instance) and when one grew large and was set aside as <c>….log.1</c>.
/// </summary>
internal sealed class LogFolder(string directory, LogFilter filter)
{
    private const string Aside = ".1";

    /// <summary>For so many looks a router's log that was set aside is read on: a worker on its way out still writes to it.</summary>
    private const int LooksAtAside = 50;

    private readonly Dictionary<string, LogFile> _files = new(StringComparer.Ordinal);
    private readonly List<(LogFile File, int Looks)> _aside = [];

    /// <summary>False once the folder is gone: the app was destroyed.</summary>
    public bool Exists => Directory.Exists(directory);

    /// <summary>The last lines of all files together, in the order of time.</summary>
    public IReadOnlyList<SourcedLine> ReadLast(int max)
    {
        var lengths = List();
        var last = new List<SourcedLine>();
        foreach (var (path, length) in lengths.OrderByDescending(entry => File.GetLastWriteTimeUtc(entry.Key)))
        {
            var file = new LogFile(path) { Position = length };
            if (!IsAside(path)) _files[path] = file;

            // While it is being set aside, a file has both names.
            else if (lengths.GetValueOrDefault(path[..^Aside.Length]) == length) continue;

            // Nothing in a file that was last written before the oldest line so far can be among the last.
            if (max > 0 && last.Count == max && File.GetLastWriteTimeUtc(path) < last[0].At.UtcDateTime) continue;
            last = [.. Merge([.. last, .. file.ReadLast(filter.SiftsFile(file.Origin) ? AppLogs.MaxLines : max)]).TakeLast(max)];
        }

        return last;
    }

    public IReadOnlyList<SourcedLine> ReadNew()
    {
        var lines = new List<SourcedLine>();
        var lengths = List();
        for (var at = _aside.Count - 1; at >= 0; at--)
        {
            var (file, looks) = _aside[at];
            lines.AddRange(file.ReadNew() ?? []);
            if (looks > 1) _aside[at] = (file, looks - 1);
            else _aside.RemoveAt(at);
        }

        foreach (var file in _files.Values.ToList())
        {
            if (lengths.TryGetValue(file.Path, out var length) && length == file.Position) continue;
            if (file.ReadNew() is { } more) lines.AddRange(more);
            else lines.AddRange(SetAside(file));
        }

        foreach (var path in lengths.Keys.Where(path => !IsAside(path) && !_files.ContainsKey(path)))
        {
            // Null: set aside since it was listed, so it is read under its other name already.
            var file = new LogFile(path);
            if (file.ReadNew() is not { } begun) continue;
            _files[path] = file;
            lines.AddRange(begun);
        }

        return [.. Merge(lines)];
    }

    /// <summary>The name has gone to a new file; what the old one got before that is in it, beside the new one.</summary>
    private List<SourcedLine> SetAside(LogFile file)
    {
        _files.Remove(file.Path);
        file.Path += Aside;
        if (file.IsRouters) _aside.Add((file, LooksAtAside));
        return file.ReadNew() ?? [];
    }

    private static bool IsAside(string path) => path.EndsWith(Aside, StringComparison.Ordinal);

    // The sort is stable: lines of one file that bear the same time stay in the order in which they were written.
    private IEnumerable<SourcedLine> Merge(IEnumerable<SourcedLine> lines) => lines.Where(line => line.At >= filter.Since && filter.Wants(line)).OrderBy(line => line.At);

    private Dictionary<string, long> List()
    {
        var found = new Dictionary<string, long>(StringComparer.Ordinal);
        try
        {
            foreach (var file in new DirectoryInfo(directory).EnumerateFiles("*.log*"))
            {
                var isLog = file.Name.EndsWith(".log", StringComparison.Ordinal) || file.Name.EndsWith(".log" + Aside, StringComparison.Ordinal);
                if (isLog && filter.WantsFile(LogFile.OriginOf(file.Name))) found[file.FullName] = file.Length;
            }
        }
        catch (Exception e) when (e is DirectoryNotFoundException or FileNotFoundException)
        {
            return found; // not there yet, or the app is being destroyed
        }

        return found;
    }
}
