using System.Collections.Frozen;
using System.IO.Enumeration;
using System.Security.Cryptography;
using System.Text;
using Slipway.Edge.Native;

namespace Slipway.Edge.StaticFiles;

/// <summary>
/// A layer's files never change, so all about them is known beforehand: one look-up in memory answers whether a file is
/// there and what its headers are, without asking the disk.
/// </summary>
internal sealed class LayerFolder : IStaticFolder
{
    /// <summary>What a folder's index reads in all to name files by their content; the rest is named by layer and path.</summary>
    private const long HashedBytes = 32 << 20;

    private const int HashedFile = 1 << 20;

    private static readonly (string Suffix, string Encoding)[] Precompressed = [(".br", CompressedFiles.Brotli), (".gz", CompressedFiles.Gzip)];

    private readonly FrozenDictionary<string, LayerFile>.AlternateLookup<ReadOnlySpan<char>> _files;

    private LayerFolder(FrozenDictionary<string, LayerFile> files)
    {
        _files = files.GetAlternateLookup<ReadOnlySpan<char>>();
        Files = files.Values;
    }

    public static LayerFolder Empty { get; } = new(FrozenDictionary<string, LayerFile>.Empty);

    public IReadOnlyList<LayerFile> Files { get; }

    public static LayerFolder? TryIndex(string directory, string caching, ContentCache cache, CompressedFiles compressed)
    {
        if (ServedFolder.TryOpen(directory) is not { } folder) return null;
        var files = new Dictionary<string, LayerFile>(StringComparer.Ordinal);
        var budget = HashedBytes;
        foreach (var path in Paths(directory))
        {
            if (!StaticPath.IsPublicFile(path) || !folder.TryOpenFile(path, out var file)) continue;
            using var handle = file.Handle;
            var reads = file.Length <= Math.Min(HashedFile, budget);
            if (reads) budget -= file.Length;
            var key = reads ? HashOfContent(file) : HashOfName(directory, path);
            files[path] = new LayerFile(folder, path, file.Length, key, caching, cache, compressed);
        }

        foreach (var (path, form) in files)
        {
            foreach (var (suffix, encoding) in Precompressed)
                if (path.EndsWith(suffix, StringComparison.Ordinal) && files.TryGetValue(path[..^suffix.Length], out var plain) && form.Length < plain.Length)
                    plain.Offer(encoding, form);
        }

        return new LayerFolder(files.ToFrozenDictionary(StringComparer.Ordinal));
    }

    public StaticFile? Find(ReadOnlySpan<char> path, AcceptedEncodings accepts) =>
        _files.TryGetValue(path, out var file) ? file.Represent(accepts) : null;

    private static FileSystemEnumerable<string> Paths(string directory) => new(
        directory,
        (ref entry) => Path.GetRelativePath(directory, entry.ToFullPath()),
        new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
    {
        ShouldIncludePredicate = static (ref entry) => !entry.IsDirectory,
        // A link to a folder could lead round in a circle.
        ShouldRecursePredicate = static (ref entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
    };

    private static string HashOfContent(OpenedFile file)
    {
        var content = new byte[file.Length];
        var length = RandomAccess.Read(file.Handle, content, 0);
        return Shorten(SHA256.HashData(content.AsSpan(0, length)));
    }

    private static string HashOfName(string directory, string path) => Shorten(SHA256.HashData(Encoding.UTF8.GetBytes($"{directory}\n{path}")));

    private static string Shorten(byte[] hash) => Convert.ToHexStringLower(hash.AsSpan(0, 16));
}
