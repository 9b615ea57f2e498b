namespace Slipway.Control.Git;

/// <summary>
/// Finds files that git LFS keeps elsewhere: what is in the commit is a pointer of a few lines. An app that gets those in
/// place of its pictures works, and shows none; so it is said.
/// </summary>
internal static class LfsPointers
{
    private const int MaxPointerBytes = 1024;

    /// <param name="folder">A source that was taken in.</param>
    /// <returns>Their paths, sorted; none unless a <c>.gitattributes</c> speaks of LFS.</returns>
    public static IReadOnlyList<string> In(string folder)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        var rules = Directory.EnumerateFiles(folder, ".gitattributes", options);
        if (!rules.Any(file => File.ReadLines(file).Any(line => line.Contains("filter=lfs", StringComparison.Ordinal)))) return [];
        return [.. new DirectoryInfo(folder).EnumerateFiles("*", options)
            .Where(file => file.Length is > 0 and < MaxPointerBytes && IsPointer(file))
            .Select(file => Path.GetRelativePath(folder, file.FullName))
            .Order(StringComparer.Ordinal)];
    }

    private static bool IsPointer(FileInfo file)
    {
        var start = "version https://git-lfs.github.com/spec/"u8;
        Span<byte> read = stackalloc byte[start.Length];
        using var stream = file.OpenRead();
        return stream.ReadAtLeast(read, read.Length, throwOnEndOfStream: false) == start.Length && read.SequenceEqual(start);
    }
}
