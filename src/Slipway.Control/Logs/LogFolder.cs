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
            file.ReadLast(filter.SiftsFile(file.Origin) ? AppLogs.MaxLines : max, line => { if (IsWanted(line)) last.Add(line); });
            last = [.. last.OrderBy(line => line.At).TakeLast(max)];
        }

        return last;
    }

    /// <summary>What is new in all files together, in the order of time.</summary>
    public IReadOnlyList<SourcedLine> ReadNew()
    {
        var lines = new List<SourcedLine>();
        ReadNew(lines.Add);
        return [.. lines.OrderBy(line => line.At)]; // stable: lines of one file that bear the same time stay as they were written
    }

    /// <summary>The same file after file, each line as it is read: none is kept.</summary>
    public void ReadNew(Action<SourcedLine> take)
    {
        var lengths = List();
        void Wanted(SourcedLine line)
        {
            if (IsWanted(line)) take(line);
        }

        for (var at = _aside.Count - 1; at >= 0; at--)
        {
            var (file, looks) = _aside[at];
            file.ReadNew(Wanted);
            if (looks > 1) _aside[at] = (file, looks - 1);
            else _aside.RemoveAt(at);
        }

        foreach (var file in _files.Values.ToList())
        {
            if (lengths.TryGetValue(file.Path, out var length) && length == file.Position) continue;
            if (!file.ReadNew(Wanted)) SetAside(file).ReadNew(Wanted);
        }

        foreach (var path in lengths.Keys.Where(path => !IsAside(path) && !_files.ContainsKey(path)))
        {
            // Else set aside since it was listed, so it is read under its other name already.
            var file = new LogFile(path);
            if (file.ReadNew(Wanted)) _files[path] = file;
        }
    }

    /// <summary>The name has gone to a new file; what the old one got before that is in it, beside the new one.</summary>
    private LogFile SetAside(LogFile file)
    {
        _files.Remove(file.Path);
        file.Path += Aside;
        if (file.IsRouters) _aside.Add((file, LooksAtAside));
        return file;
    }

    private static bool IsAside(string path) => path.EndsWith(Aside, StringComparison.Ordinal);

    private bool IsWanted(SourcedLine line) => line.At >= filter.Since && filter.Wants(line);

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
