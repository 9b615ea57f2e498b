using System.Diagnostics;
using Slipway.Contracts.Errors;
using Slipway.Control.Sources;

namespace Slipway.Control.Drops.Rsync;

/// <summary>
/// A drop folder's files once more, by further names for the same files, for rsync to work in: it never writes into a file
/// but puts a new one in its place. What it has made takes effect when it has ended well; else nothing has happened.
/// </summary>
internal sealed class StagedTree : IDisposable
{
    private const UnixFileMode Plain = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode All = Plain | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly DropFolder _folder;
    private readonly Dictionary<string, (FileStamp Stamp, UnixFileMode Mode)> _begun = new(StringComparer.Ordinal);
    private bool _isApplied;

    public StagedTree(DropFolder folder)
    {
        _folder = folder;
        Path = System.IO.Path.Combine(folder.Incoming, $"rsync-{Guid.CreateVersion7():n}");
        Directory.CreateDirectory(Path);
        Link("");
    }

    public string Path { get; }

    /// <summary>Bytes of the files in it.</summary>
    public long Bytes
    {
        get
        {
            var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true };
            return new DirectoryInfo(Path).EnumerateFiles("*", options).Sum(file => file.Exists ? file.Length : 0);
        }
    }

    /// <summary>The folder becomes what is here, but for what others have saved in it meanwhile. Each file changes by one rename.</summary>
    /// <exception cref="SlipwayException">422: there is a pipe or a socket.</exception>
    public void Apply()
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        Look("", found);
        foreach (var path in found) Put(path);
        foreach (var (path, (begun, _)) in _begun)
            if (!found.Contains(path) && FileStamp.Of(InFolder(path))?.Inode == begun.Inode) File.Delete(InFolder(path));
        DropTree.RemoveEmptyFolders(_folder.Files);
        _isApplied = true;
    }

    public void Dispose()
    {
        if (!_isApplied) RestoreModes();
        Remove(Path);
        // A file's further name, and its end, counted as changes of the file; all others would be read again for nothing.
        _folder.Remembered().Restamp(_begun.Select(begun => (begun.Key, begun.Value.Stamp, FileStamp.Of(InFolder(begun.Key)))));
    }

    /// <summary>Also what a crash left.</summary>
    public static void Remove(string folder)
    {
        if (!Directory.Exists(folder)) return;
        try
        {
            Open(folder);
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A name that is no text cannot be said here, and can there.
            Run("/bin/chmod", "-R", "u+rwX", "--", folder);
            Run("/bin/rm", "-rf", "--", folder);
        }
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
    }

    private void Link(string below)
    {
        foreach (var entry in new DirectoryInfo(InFolder(below)).EnumerateFileSystemInfos())
        {
            var path = Join(below, entry.Name);
            if (path == FailureNote.FileName || entry.LinkTarget is not null) continue;
            if (entry is DirectoryInfo)
            {
                Directory.CreateDirectory(Here(path));
                Link(path);
                Directory.SetLastWriteTimeUtc(Here(path), entry.LastWriteTimeUtc);
            }
            else if (FileStamp.Of(entry.FullName) is { } stamp && FileStamp.TryLink(entry.FullName, Here(path)))
            {
                _begun[path] = (stamp, entry.UnixFileMode);
            }
        }
    }

    /// <summary>What rsync did to the mode of a file that it left alone, it did to the one in the folder.</summary>
    private void RestoreModes()
    {
        foreach (var (path, (begun, mode)) in _begun)
            if (FileStamp.Of(InFolder(path))?.Inode == begun.Inode && File.GetUnixFileMode(InFolder(path)) != mode) File.SetUnixFileMode(InFolder(path), mode);
    }

    /// <summary>All plain files; links are not taken over. Modes are the client's, and must not keep slipwayd out.</summary>
    private void Look(string below, HashSet<string> found)
    {
        File.SetUnixFileMode(Here(below), All);
        foreach (var entry in new DirectoryInfo(Here(below)).EnumerateFileSystemInfos())
        {
            var path = Join(below, entry.Name);
            if (entry.Name.Contains('\uFFFD')) throw SourceErrors.Unsafe(path, "Its name is not UTF-8.");
            if (entry.LinkTarget is not null) continue;
            if (FileStamp.IsSpecial(entry.FullName)) throw SourceErrors.Unsafe(path, "It is neither a file nor a folder.");
            if (entry is DirectoryInfo)
            {
                Look(path, found);
                continue;
            }

            var mode = entry.UnixFileMode.HasFlag(UnixFileMode.UserExecute) ? All : Plain;
            if (entry.UnixFileMode != mode) File.SetUnixFileMode(entry.FullName, mode);
            found.Add(path);
        }
    }

    private void Put(string path)
    {
        var (from, to) = (Here(path), InFolder(path));
        if (FileStamp.Of(from)?.Inode is not { } inode || FileStamp.Of(to)?.Inode == inode) return;
        // Not changed here, and changed there since: theirs is the newer one.
        if (_begun.TryGetValue(path, out var before) && before.Stamp.Inode == inode) return;
        for (var parent = SourcePath.Parent(path); parent is not null; parent = SourcePath.Parent(parent))
            if (File.Exists(InFolder(parent))) File.Delete(InFolder(parent));
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(to)!);
        if (Directory.Exists(to)) Directory.Delete(to, recursive: true);
        File.Move(from, to, overwrite: true);
    }

    /// <summary>What rsync was told to shut, slipwayd must be able to delete.</summary>
    private static void Open(string folder)
    {
        File.SetUnixFileMode(folder, All);
        foreach (var child in Directory.EnumerateDirectories(folder))
            if (new DirectoryInfo(child).LinkTarget is null) Open(child);
    }

    private string Here(string path) => System.IO.Path.Combine(Path, path);

    private string InFolder(string path) => System.IO.Path.Combine(_folder.Files, path);

    private static string Join(string below, string name) => below.Length == 0 ? name : $"{below}/{name}";
}
