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

    /// <summary>A source nobody refers to yet may be about to be deployed.</summary>
    private static readonly TimeSpan KeepUnused = TimeSpan.FromHours(1);

    /// <summary>Makes the folder and clears what a crash left. Called once, before anything is imported.</summary>
    public void Open()
    {
        Directory.CreateDirectory(config.SourcesDirectory);
        foreach (var folder in Directory.EnumerateDirectories(config.SourcesDirectory))
            if (Path.GetFileName(folder).StartsWith('.')) Directory.Delete(folder, recursive: true);
    }

    /// <summary>Takes in a tar or tar.gz. On any failure nothing is left behind.</summary>
    /// <exception cref="Contracts.Errors.SlipwayException"><c>invalid_archive</c>, <c>unsafe_archive</c>, <c>source_too_large</c>, <c>empty_source</c>, <c>disk_full</c>.</exception>
    public Task<SourceTree> ImportAsync(Stream archive, CancellationToken cancel) =>
        WriteAsync(writer => TarArchive.ReadIntoAsync(archive, writer, limits, cancel));

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

    /// <exception cref="Contracts.Errors.SlipwayException">404 <c>source_not_found</c>.</exception>
    public string PathOf(Digest digest)
    {
        var path = Path.Combine(config.SourcesDirectory, digest.FileName);
        return Directory.Exists(path) ? path : throw SourceErrors.Missing(digest);
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
            return new SourceTree(digest, Publish(aside, digest), files, bytes, notes);
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

    private string Publish(string aside, Digest digest)
    {
        var path = Path.Combine(config.SourcesDirectory, digest.FileName);
        try
        {
            Directory.Move(aside, path);
        }
        catch (IOException) when (Directory.Exists(path))
        {
            // Somebody deployed exactly this before. Same name, same content.
        }

        Directory.SetLastWriteTimeUtc(path, time.GetUtcNow().UtcDateTime);
        return path;
    }

    private string Aside(string prefix) => Path.Combine(config.SourcesDirectory, prefix + Guid.CreateVersion7().ToString("n"));

    private static IEnumerable<string> AllFiles(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(folder, path))
            .Where(path => !path.Split('/').Contains("__pycache__"));
}
