using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Control.Store;

namespace Slipway.Control.Sources;

/// <summary>
/// Sources of which only what changed is sent. A client lists the files of its folder by their hashes and is told which of
/// them the app's own earlier sources lack; contents of other apps count for nothing, whoever knows their hashes.
/// </summary>
internal sealed class PartialSources(IDbContextFactory<SlipwayStore> stores, SourceStore sources, SourceLimits limits)
{
    /// <summary>Somebody goes back and forth between two branches.</summary>
    private const int EarlierSources = 3;

    /// <returns>Positions in the manifest's list of files whose contents must be sent.</returns>
    /// <exception cref="SlipwayException">413, 422: the list is of no source that could be taken in.</exception>
    public async Task<IReadOnlyList<int>> LackingAsync(long appId, SourceManifest manifest, CancellationToken cancel)
    {
        Check(manifest);
        var stored = await StoredAsync(appId, cancel);
        return [.. manifest.Files.Select((file, at) => stored.ContainsKey((file.Hash, file.Executable)) ? -1 : at).Where(at => at >= 0)];
    }

    /// <summary>Puts the source together: what was sent, and from earlier sources what was not.</summary>
    /// <param name="archive">A tar of the files that were lacking; of no bytes when none was.</param>
    /// <exception cref="SlipwayException">409 <c>source_incomplete</c>: something is neither there nor here, or other than was listed.</exception>
    public async Task<Digest> ImportAsync(long appId, SourceManifest manifest, Stream archive, CancellationToken cancel)
    {
        Check(manifest);
        var stored = await StoredAsync(appId, cancel);
        return await sources.ImportAsync(async writer =>
        {
            if (archive.Length > 0) await TarArchive.ReadIntoAsync(archive, writer, limits, cancel);
            var listed = manifest.Files.Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
            if (writer.Paths.FirstOrDefault(path => !listed.Contains(path)) is { } more) throw SourceErrors.Unsafe(more, "It was sent and not listed.");
            foreach (var folder in manifest.Folders.Where(path => !IsDropping(path, writer))) writer.AddFolder(folder);
            foreach (var file in manifest.Files.Where(file => !IsDropping(file.Path, writer))) Add(file, stored, writer);
            foreach (var (path, target) in manifest.Links.Where(link => !IsDropping(link.Key, writer))) writer.AddLink(path, target);
        });
    }

    private static void Add(ManifestFile file, Dictionary<(string, bool), (SourceFile File, string Folder)> stored, SourceWriter writer)
    {
        if (writer.Find(file.Path) is { } sent)
        {
            if (sent.Hash != file.Hash || sent.Executable != file.Executable) throw Incomplete(file.Path, "It is not what was listed: it changed while it was sent.");
            return;
        }

        if (!stored.TryGetValue((file.Hash, file.Executable), out var known) || !writer.TryAddStored(file.Path, known.File, known.Folder))
            throw Incomplete(file.Path, "It was not sent, and no source that the app still has holds it.");
    }

    private static bool IsDropping(string path, SourceWriter writer)
    {
        if (Droppings.Find(path) is not { } ignored) return false;
        writer.Note($"{ignored} is left out.");
        return true;
    }

    private async Task<Dictionary<(string Hash, bool Executable), (SourceFile File, string Folder)>> StoredAsync(long appId, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var newest = await store.Images.Where(row => row.AppId == appId).OrderByDescending(row => row.Id).Select(row => row.SourceDigest).Take(EarlierSources * 4).ToListAsync(cancel);
        var stored = new Dictionary<(string, bool), (SourceFile, string)>();
        foreach (var digest in newest.Distinct().Take(EarlierSources).Select(Digest.Parse))
            foreach (var file in sources.FilesOf(digest)) stored.TryAdd((file.Hash, file.Executable), (file, sources.FolderOf(digest)));
        return stored;
    }

    private void Check(SourceManifest manifest)
    {
        if (manifest.Files is null || manifest.Folders is null || manifest.Links is null) throw Invalid("It lacks files, folders or links.");
        if (manifest.Files.Count + manifest.Folders.Count + manifest.Links.Count > limits.Entries) throw SourceErrors.TooMany(limits, manifest.Files.Select(file => file?.Path).Concat(manifest.Folders).Concat(manifest.Links.Keys).OfType<string>());
        foreach (var path in manifest.Folders.Concat(manifest.Links.Keys).Concat(manifest.Files.Select(file => file?.Path)))
            if (path is null || SourcePath.Normalize(path, limits) != path) throw SourceErrors.Unsafe(path, "Its path is not written as a source's are.");
        if (manifest.Files.FirstOrDefault(file => file.Hash is not { Length: 64 } || !file.Hash.All(char.IsAsciiHexDigitLower)) is { } odd) throw Invalid($"The hash of {TypedName.Quote(odd.Path)} is none.");
        if (manifest.Files.FirstOrDefault(file => file.Bytes < 0 || file.Bytes > limits.FileBytes) is { } big) throw SourceErrors.TooBig($"{big.Path} has {Size.Text(big.Bytes)}; a file may have {Size.Text(limits.FileBytes)}.");
        if (manifest.Files.Sum(file => file.Bytes) > limits.TotalBytes) throw SourceErrors.TooBig(limits, manifest.Files.Select(file => (file.Path, file.Bytes)));
        if (manifest.Links.Values.Contains(null)) throw Invalid("A link has no target.");
    }

    private static SlipwayException Invalid(string why) => new(422, new SlipwayError("invalid_manifest", "The list of files cannot be read.") { Why = why });

    private static SlipwayException Incomplete(string path, string why) => new(409, new SlipwayError("source_incomplete", $"The source lacks {TypedName.Quote(path)}.")
    {
        Why = why,
        Next = "Deploy again: slipway deploy",
    });
}
