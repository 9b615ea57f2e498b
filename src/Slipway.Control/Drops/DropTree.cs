using Slipway.Control.Sources;

namespace Slipway.Control.Drops;

/// <summary>Which files of a drop folder are the app's source.</summary>
internal static class DropTree
{
    /// <summary>Paths below the folder; links are left out, wherever they lead.</summary>
    public static IEnumerable<string> Files(string folder) => new System.IO.Enumeration.FileSystemEnumerable<string>(
        folder, (ref entry) => entry.ToFullPath(), new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = false })
    {
        ShouldIncludePredicate = (ref entry) => !entry.IsDirectory,
        ShouldRecursePredicate = (ref entry) => Droppings.Find(entry.FileName.ToString()) is null,
    }.Select(path => Path.GetRelativePath(folder, path)).Where(path => path != FailureNote.FileName && Droppings.Find(path) is null && !IsPassing(Path.GetFileName(path)));

    /// <summary>
    /// Whether something in the folder was written, added or taken away after a time. Reads no file: a new name or one less
    /// changes its folder's own time, whatever time the file says of itself.
    /// </summary>
    public static bool ChangedSince(string folder, DateTime time) =>
        Directory.GetLastWriteTimeUtc(folder) > time
        || new System.IO.Enumeration.FileSystemEnumerable<bool>(
            folder, (ref entry) => entry.LastWriteTimeUtc.UtcDateTime > time,
            new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = false }).Any(changed => changed);

    public static void RemoveEmptyFolders(string folder)
    {
        foreach (var child in Directory.EnumerateDirectories(folder).Where(child => new DirectoryInfo(child).LinkTarget is null).ToList())
        {
            RemoveEmptyFolders(child);
            if (!Directory.EnumerateFileSystemEntries(child).Any()) Directory.Delete(child);
        }
    }

    /// <summary>What clients write beside a file while they write it: WinSCP, LibreOffice, vim, Office.</summary>
    private static bool IsPassing(string name) =>
        name.EndsWith(".filepart", StringComparison.Ordinal) || name.EndsWith(".swp", StringComparison.Ordinal)
        || name.StartsWith(".~lock.", StringComparison.Ordinal) || name.StartsWith("~$", StringComparison.Ordinal);
}
