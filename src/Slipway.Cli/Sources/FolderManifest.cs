using System.Security.Cryptography;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;

namespace Slipway.Cli.Sources;

/// <summary>A source tree by the hashes of its files, for the server to say which of them it lacks.</summary>
internal static class FolderManifest
{
    /// <param name="files">The tree's files; their positions are what the server answers with.</param>
    /// <exception cref="Failure">A file cannot be read any more.</exception>
    public static async Task<SourceManifest> OfAsync(SourceTree tree, IReadOnlyList<SourceEntry> files, CancellationToken cancel)
    {
        var listed = new ManifestFile[files.Count];
        await Parallel.ForAsync(0, files.Count, cancel, async (at, stop) => listed[at] = await ReadAsync(files[at], stop));
        return new SourceManifest(
            listed,
            [.. tree.Entries.Where(entry => entry.Facts.Kind == FileKind.Directory).Select(entry => entry.Path)],
            tree.Entries.Where(entry => entry.Facts.Kind == FileKind.Link).ToDictionary(entry => entry.Path, entry => entry.LinkTarget!));
    }

    private static async Task<ManifestFile> ReadAsync(SourceEntry entry, CancellationToken cancel)
    {
        await using var file = SourceArchive.Open(entry);
        var hash = await SHA256.HashDataAsync(file, cancel);
        return new ManifestFile(entry.Path, Convert.ToHexStringLower(hash), file.Position, entry.Facts.Executable);
    }
}
