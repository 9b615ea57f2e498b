using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Slipway.Contracts.Names;

namespace Slipway.Control.Sources;

/// <summary>
/// Writes one source into an empty folder and computes its digest on the way. Links are made last, so that while files
/// are written no path can lead anywhere but into the folder.
/// </summary>
internal sealed class SourceWriter(string root, SourceLimits limits)
{
    private const UnixFileMode ReadAll = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Plain = ReadAll | UnixFileMode.UserWrite;
    private const UnixFileMode ExecuteAll = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly Dictionary<string, SourceFile> _files = [];
    private readonly HashSet<string> _folders = [];
    private readonly Dictionary<string, string> _links = [];
    private readonly List<string> _notes = [];
    private long _bytes;

    public void AddFolder(string path)
    {
        if (_folders.Contains(path)) return;
        if (_files.ContainsKey(path) || _links.ContainsKey(path))
            throw SourceErrors.Unsafe(path, "It is there both as a folder and as a file or link.");
        if (SourcePath.Parent(path) is { } parent) AddFolder(parent);
        Directory.CreateDirectory(OnDisk(path), Plain | ExecuteAll);
        _folders.Add(path);
        CheckCount();
    }

    /// <summary>A path that was there before is replaced, as tar does.</summary>
    /// <param name="length">As announced; checked again against what comes.</param>
    public async Task AddFileAsync(string path, bool executable, DateTimeOffset modified, long length, Stream content, CancellationToken cancel)
    {
        if (length > limits.FileBytes) throw SourceErrors.TooBig($"{path} has {Size.Text(length)}; a file may have {Size.Text(limits.FileBytes)}.");
        CheckTotal(path, length);
        MakeWay(path);
        var hash = await WriteAsync(path, executable, modified, length, content, cancel);
        _files[path] = new SourceFile(path, executable, length, hash);
        _bytes += length;
        CheckCount();
    }

    /// <summary>A file that another source has: it gets a second name, for sources are never changed.</summary>
    /// <param name="folder">The other source's; the file is in it at its own path.</param>
    /// <returns>False when that cannot be: then its content must come.</returns>
    public bool TryAddStored(SourceFile file, string folder) => TryAddStored(file.Path, file, folder);

    public bool TryAddStored(string path, SourceFile file, string folder)
    {
        if (file.Bytes > limits.FileBytes) throw SourceErrors.TooBig($"{path} has {Size.Text(file.Bytes)}; a file may have {Size.Text(limits.FileBytes)}.");
        CheckTotal(path, file.Bytes);
        MakeWay(path);
        if (!FileStamp.TryLink(Path.Combine(folder, file.Path), OnDisk(path))) return false;
        _files[path] = file with { Path = path };
        _bytes += file.Bytes;
        CheckCount();
        return true;
    }

    /// <summary>Of all files and links.</summary>
    public IEnumerable<string> Paths => _files.Keys.Concat(_links.Keys);

    /// <returns>Null when nothing was added there.</returns>
    public SourceFile? Find(string path) => _files.GetValueOrDefault(path);

    /// <summary>A hard link of the archive: a copy of a file that came before it.</summary>
    public async Task AddCopyAsync(string path, string original, DateTimeOffset modified, CancellationToken cancel)
    {
        if (!_files.TryGetValue(original, out var file)) throw SourceErrors.Unsafe(path, "It is a hard link to something that is not in the folder.");
        if (path == original) return;
        await using var content = File.OpenRead(OnDisk(original));
        await AddFileAsync(path, file.Executable, modified, file.Bytes, content, cancel);
    }

    public void AddLink(string path, string target)
    {
        if (Encoding.UTF8.GetByteCount(target) > limits.PathBytes || target.Length == 0 || target.Any(char.IsControl))
            throw SourceErrors.Unsafe(path, "It is a link whose target cannot be a path.");
        MakeWay(path);
        _links[path] = target;
        CheckCount();
    }

    public void Note(string text)
    {
        if (!_notes.Contains(text)) _notes.Add(text);
    }

    /// <summary>Where all is in one folder, takes it away from around the rest.</summary>
    public void Unwrap()
    {
        var tops = _files.Keys.Concat(_links.Keys).Concat(_folders).Select(path => path.Split('/', 2)[0]).Distinct().Take(2).ToArray();
        if (tops is not [var top] || !_folders.Contains(top) || _files.Count == 0) return;
        var aside = OnDisk(".slipway-" + Guid.NewGuid().ToString("n"));
        Directory.Move(OnDisk(top), aside);
        foreach (var entry in Directory.GetFileSystemEntries(aside)) Directory.Move(entry, OnDisk(Path.GetFileName(entry)));
        Directory.Delete(aside);

        string Inside(string path) => path[(top.Length + 1)..];
        var (files, links, folders) = (_files.ToArray(), _links.ToArray(), _folders.Where(path => path != top).ToArray());
        _files.Clear();
        _links.Clear();
        _folders.Clear();
        foreach (var (path, file) in files) _files[Inside(path)] = file with { Path = Inside(path) };
        foreach (var (path, target) in links) _links[Inside(path)] = target;
        foreach (var path in folders) _folders.Add(Inside(path));
    }

    /// <summary>Leaves virtual environments out, makes the links, and names the tree.</summary>
    public (Digest Digest, IReadOnlyCollection<SourceFile> Files, long Bytes, IReadOnlyList<string> Notes) Finish()
    {
        LeaveOutVirtualEnvironments();
        foreach (var (path, target) in _links)
        {
            if (SourceLinks.Refusal(path, _links) is { } why) throw SourceErrors.Unsafe(path, why);
            File.CreateSymbolicLink(OnDisk(path), target);
        }

        if (_files.Count == 0) throw SourceErrors.Empty();
        NoteDecomposedNames();
        return (ComputeDigest(), _files.Values, _bytes, _notes);
    }

    /// <summary>
    /// A committed virtual environment holds another machine's absolute links and compiled code: never of use here, and
    /// it must not make the deploy fail.
    /// </summary>
    private void LeaveOutVirtualEnvironments()
    {
        foreach (var folder in _files.Keys.Where(f => SourcePath.Name(f) == "pyvenv.cfg").Select(SourcePath.Parent).OfType<string>().ToArray())
        {
            bool Inside(string path) => path == folder || SourcePath.IsBelow(path, folder);
            var gone = _files.Where(f => Inside(f.Key)).ToArray();
            var size = gone.Sum(f => f.Value.Bytes);
            foreach (var (path, _) in gone) _files.Remove(path);
            foreach (var path in _links.Keys.Where(Inside).ToArray()) _links.Remove(path);
            _folders.RemoveWhere(Inside);
            _bytes -= size;
            if (Directory.Exists(OnDisk(folder))) Directory.Delete(OnDisk(folder), recursive: true);
            if (gone.Length > 0) Note($"{folder}/ is left out: it is a virtual environment ({gone.Length} files, {Size.Text(size)}); dependencies are installed here.");
        }
    }

    /// <summary>Names are bytes here: of two that look the same both are kept, and each is found by its own spelling alone.</summary>
    private void NoteDecomposedNames()
    {
        var decomposed = Paths.Where(SourcePath.IsDecomposed).Order(StringComparer.Ordinal).ToArray();
        if (decomposed.Length == 0) return;
        var more = decomposed.Length > 1 ? $" (and {decomposed.Length - 1} more)" : "";
        Note($"{decomposed[0]}{more} has its accents as characters of their own (NFD), as macOS writes names: links and code that have them in one (NFC) do not find it. To rename: convmv -r -f utf8 -t utf8 --nfc --notest FOLDER");
    }

    private Digest ComputeDigest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var lines = _folders.Select(path => (Path: path, What: "folder"))
            .Concat(_files.Select(f => (Path: f.Key, What: (f.Value.Executable ? "program " : "file ") + f.Value.Hash)))
            .Concat(_links.Select(l => (Path: l.Key, What: "link " + l.Value)));
        hash.AppendData("slipway source 1\n"u8);
        foreach (var (path, what) in lines.OrderBy(line => line.Path, StringComparer.Ordinal))
            hash.AppendData(Encoding.UTF8.GetBytes($"{path}\n{what}\n"));
        return Digest.FromHash(hash.GetHashAndReset());
    }

    private async Task<string> WriteAsync(string path, bool executable, DateTimeOffset modified, long length, Stream content, CancellationToken cancel)
    {
        var mode = executable ? Plain | ExecuteAll : Plain;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var file = File.OpenHandle(OnDisk(path), FileMode.Create, FileAccess.Write, FileShare.None);
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(length, 1, 128 * 1024));
        try
        {
            long written = 0;
            for (int got; (got = await content.ReadAsync(buffer, cancel)) > 0; written += got)
            {
                if (written + got > length) throw SourceErrors.NotAnArchive($"{path} is longer than the archive says.");
                hash.AppendData(buffer, 0, got);
                RandomAccess.Write(file, buffer.AsSpan(0, got), written);
            }

            if (written < length) throw SourceErrors.NotAnArchive($"It ends in the middle of {path}.");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        File.SetUnixFileMode(file, mode);
        File.SetLastWriteTimeUtc(file, Sane(modified));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private void MakeWay(string path)
    {
        if (_folders.Contains(path)) throw SourceErrors.Unsafe(path, "It is there both as a folder and as a file or link.");
        if (SourcePath.Parent(path) is { } parent) AddFolder(parent);
        _links.Remove(path);
        if (!_files.Remove(path, out var old)) return;
        _bytes -= old.Bytes;
        // Not written over: it may be another name of another source's file.
        File.Delete(OnDisk(path));
    }

    /// <summary>Build tools fail on times before 1980 (zip) and on times to come (make).</summary>
    private static DateTime Sane(DateTimeOffset modified)
    {
        var (first, now) = (new DateTime(1980, 1, 1, 0, 0, 0, DateTimeKind.Utc), DateTime.UtcNow);
        return modified.UtcDateTime < first ? first : modified.UtcDateTime > now ? now : modified.UtcDateTime;
    }

    private string OnDisk(string path) => Path.Combine(root, path);

    private void CheckTotal(string path, long more)
    {
        if (_bytes + more > limits.TotalBytes) throw SourceErrors.TooBig(limits, _files.Values.Select(file => (file.Path, file.Bytes)).Append((path, more)));
    }

    private void CheckCount()
    {
        if (_files.Count + _folders.Count + _links.Count > limits.Entries) throw SourceErrors.TooMany(limits, Paths.Concat(_folders));
    }
}
