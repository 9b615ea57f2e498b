using System.Text.Json;
using Slipway.Contracts.Names;
using Slipway.Contracts.Server;

namespace Slipway.Control.Sources;

/// <summary>
/// Sources on disk: <c>sources/sha256-…/</c>, each named by its content. A tree is written aside and renamed, so what
/// has a digest's name is whole; what was being written when slipwayd died is removed at the next start.
/// </summary>
internal sealed class SourceStore(ServerConfig config, SourceLimits limits, TimeProvider time)
{
    private const string Unfinished = ".new-";
    private const string Unwanted = ".old-";
    private const string FactsSuffix = ".json";
    private const string ListSuffix = ".files";

    /// <summary>A source nobody refers to yet may be about to be deployed.</summary>
    private static readonly TimeSpan KeepUnused = TimeSpan.FromHours(1);

    /// <summary>Makes the folder and clears what a crash left. Called once, before anything is imported.</summary>
    public void Open()
    {
        Directory.CreateDirectory(config.SourcesDirectory);
        foreach (var folder in Directory.EnumerateDirectories(config.SourcesDirectory).Where(path => Path.GetFileName(path).StartsWith('.')))
            Directory.Delete(folder, recursive: true);
        foreach (var file in Directory.EnumerateFiles(config.SourcesDirectory, ".*")) File.Delete(file);
    }

    /// <summary>
    /// Takes in a tar or tar.gz, read once and not buffered, or a zip, whose directory is at its end: so it must be a stream
    /// that can seek. On any failure nothing is left behind.
    /// </summary>
    /// <exception cref="Contracts.Errors.SlipwayException"><c>invalid_archive</c>, <c>unsafe_archive</c>, <c>source_too_large</c>, <c>empty_source</c>, <c>disk_full</c>.</exception>
    public Task<Digest> ImportAsync(Stream archive, CancellationToken cancel) => ImportAsync(archive, unwrap: false, cancel);

    /// <param name="unwrap">Where all is in one folder, as in the archives that forges make, what is in it is the source.</param>
    public async Task<Digest> ImportAsync(Stream archive, bool unwrap, CancellationToken cancel) =>
        (await WriteAsync(async writer =>
        {
            await (ZipArchive.IsZip(archive) ? ZipArchive.ReadIntoAsync(archive, writer, limits, cancel) : TarArchive.ReadIntoAsync(archive, writer, limits, cancel));
            if (unwrap) writer.Unwrap();
        })).Digest;

    /// <summary>Reads a tar as a part of a source that is being taken in.</summary>
    public Task ReadAsync(Stream archive, SourceWriter writer, CancellationToken cancel) => TarArchive.ReadIntoAsync(archive, writer, limits, cancel);

    /// <summary>Takes in what somebody else reads.</summary>
    public async Task<Digest> ImportAsync(Func<SourceWriter, Task> fill) => (await WriteAsync(fill)).Digest;

    /// <summary>Takes in a folder of Slipway's own, or some files of another source.</summary>
    /// <param name="files">Paths below <paramref name="folder"/>; null for all that is there.</param>
    public Task<SourceTree> ImportFolderAsync(string folder, IEnumerable<string>? files, CancellationToken cancel) =>
        WriteAsync(async writer =>
        {
            foreach (var path in files ?? AllFiles(folder))
            {
                var file = new FileInfo(Path.Combine(folder, path));
                await using var content = file.OpenRead();
                await writer.AddFileAsync(path, file.UnixFileMode.HasFlag(UnixFileMode.UserExecute), file.LastWriteTimeUtc, content.Length, content, cancel);
            }
        });

    /// <summary>Takes in a folder that people change. What did not change since the last time is not read again and not copied.</summary>
    /// <param name="files">Paths below it.</param>
    public async Task<SourceTree> ImportFolderAsync(string folder, IEnumerable<string> files, FolderMemory memory, CancellationToken cancel)
    {
        var begun = time.GetUtcNow();
        var stored = memory.Source is { } earlier && Directory.Exists(PathOf(earlier)) ? PathOf(earlier) : null;
        var source = await WriteAsync(async writer =>
        {
            foreach (var path in files)
            {
                if (SourcePath.Normalize(path, limits) != path) throw SourceErrors.Unsafe(path, "Its path cannot be one of a source.");
                var onDisk = Path.Combine(folder, path);
                if (FileStamp.Of(onDisk) is not { } stamp)
                    throw FileStamp.IsSpecial(onDisk) ? SourceErrors.Unsafe(path, "It is neither a file nor a folder.") : new FileNotFoundException(null, onDisk);
                if (stored is not null && memory.Find(path, stamp) is { } hash && writer.TryAddStored(new SourceFile(path, stamp.Executable, stamp.Bytes, hash), stored))
                {
                    memory.Remember(writer.Find(path)!, stamp);
                    continue;
                }

                await using var content = File.OpenRead(onDisk);
                await writer.AddFileAsync(path, stamp.Executable, File.GetLastWriteTimeUtc(content.SafeFileHandle), content.Length, content, cancel);
                memory.Remember(writer.Find(path)!, stamp);
            }
        });
        memory.Write(source.Digest, begun);
        return source;
    }

    /// <summary>The files of a stored source; none when it is not there.</summary>
    public IReadOnlyList<SourceFile> FilesOf(Digest digest) => Directory.Exists(PathOf(digest)) ? SourceList.Read(PathOf(digest) + ListSuffix) : [];

    /// <summary>Where a stored source is.</summary>
    public string FolderOf(Digest digest) => PathOf(digest);

    public bool Exists(Digest digest) => Directory.Exists(PathOf(digest));

    /// <summary>A source of one small file, made here.</summary>
    public Task<SourceTree> ImportTextAsync(string path, string text, CancellationToken cancel) =>
        WriteAsync(async writer =>
        {
            using var content = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text));
            await writer.AddFileAsync(path, false, DateTimeOffset.UnixEpoch, content.Length, content, cancel);
        });

    /// <exception cref="Contracts.Errors.SlipwayException">404 <c>source_not_found</c>.</exception>
    public SourceTree Find(Digest digest)
    {
        var path = PathOf(digest);
        if (!Directory.Exists(path)) throw SourceErrors.Missing(digest);
        // A deploy begins: it must not be collected under its hands.
        Directory.SetLastWriteTimeUtc(path, time.GetUtcNow().UtcDateTime);
        using var facts = File.OpenRead(path + FactsSuffix);
        return JsonSerializer.Deserialize(facts, SourceJson.Default.SourceTree) ?? throw SourceErrors.Missing(digest);
    }

    /// <summary>Removes sources that are neither in <paramref name="keep"/> nor came within the last hour.</summary>
    /// <returns>How many went.</returns>
    public int Collect(IReadOnlySet<Digest> keep)
    {
        var kept = keep.Select(digest => digest.FileName).ToHashSet();
        var before = time.GetUtcNow() - KeepUnused;
        var count = 0;
        foreach (var folder in Directory.EnumerateDirectories(config.SourcesDirectory, "sha256-*"))
        {
            if (kept.Contains(Path.GetFileName(folder)) || Directory.GetLastWriteTimeUtc(folder) > before) continue;
            var aside = Aside(Unwanted);
            Directory.Move(folder, aside);
            File.Delete(folder + FactsSuffix);
            File.Delete(folder + ListSuffix);
            Directory.Delete(aside, recursive: true);
            count++;
        }

        return count;
    }

    private async Task<SourceTree> WriteAsync(Func<SourceWriter, Task> fill)
    {
        var aside = Aside(Unfinished);
        try
        {
            Directory.CreateDirectory(aside);
            var writer = new SourceWriter(aside, limits);
            await fill(writer);
            var (digest, files, bytes, notes) = writer.Finish();
            var source = new SourceTree(digest, PathOf(digest), files.Count, bytes, notes);
            Publish(aside, source, files);
            return source;
        }
        catch (IOException e) when (SourceErrors.IsDiskFull(e))
        {
            throw SourceErrors.DiskFull(e);
        }
        finally
        {
            if (Directory.Exists(aside)) Directory.Delete(aside, recursive: true);
        }
    }

    private void Publish(string aside, SourceTree source, IEnumerable<SourceFile> files)
    {
        // List and facts first: a folder that has its name has them.
        var list = aside + ListSuffix;
        SourceList.Write(list, files);
        File.Move(list, source.Path + ListSuffix, overwrite: true);
        var facts = aside + FactsSuffix;
        File.WriteAllBytes(facts, JsonSerializer.SerializeToUtf8Bytes(source, SourceJson.Default.SourceTree));
        File.Move(facts, source.Path + FactsSuffix, overwrite: true);
        try
        {
            Directory.Move(aside, source.Path);
        }
        catch (IOException) when (Directory.Exists(source.Path))
        {
            // Somebody deployed exactly this before. Same name, same content.
        }

        Directory.SetLastWriteTimeUtc(source.Path, time.GetUtcNow().UtcDateTime);
    }

    private string PathOf(Digest digest) => Path.Combine(config.SourcesDirectory, digest.FileName);

    private string Aside(string prefix) => Path.Combine(config.SourcesDirectory, prefix + Guid.CreateVersion7().ToString("n"));

    private static IEnumerable<string> AllFiles(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(folder, path))
            .Where(path => !path.Split('/').Contains("__pycache__"));
}
