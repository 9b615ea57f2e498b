using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;

namespace Slipway.Control.Sources;

/// <summary>What can be wrong with an archive, in words for its owner.</summary>
internal static class SourceErrors
{
    private const int NoSpace = 28;

    public static SlipwayException NotAnArchive(string why) => new(422, new SlipwayError("invalid_archive", "The upload is not an archive that can be read.")
    {
        Why = why,
        Next = "Send a zip, a tar or a tar.gz of the app's folder: tar -czf app.tar.gz -C FOLDER .",
    });

    public static SlipwayException Unsafe(string? entry, string why) => new(422, new SlipwayError("unsafe_archive", $"The source holds {TypedName.Quote(entry)}, which cannot be taken in.")
    {
        Why = why,
        Next = "Remove it from the folder, or list it in .slipwayignore, and deploy again.",
    });

    public static SlipwayException TooBig(string why) => new(413, new SlipwayError("source_too_large", "The source is too large.")
    {
        Why = why,
        Next = "List what the app does not need (data, media, virtual environments) in .slipwayignore; keep uploads and data on a volume.",
    });

    /// <param name="files">All of the source's, or those that were read until there were too many bytes.</param>
    public static SlipwayException TooBig(SourceLimits limits, IEnumerable<(string Path, long Bytes)> files) =>
        TooBig($"Its files have more than {Size.Text(limits.TotalBytes)}. Most of it: {Biggest(files.Select(file => (file.Path, file.Bytes)), Size.Text)}.");

    /// <param name="paths">Of files, folders and links.</param>
    public static SlipwayException TooMany(SourceLimits limits, IEnumerable<string> paths) =>
        TooBig($"It has more than {limits.Entries:N0} files and folders. Most of them: {Biggest(paths.Select(path => (path, 1L)), count => $"{count:N0}")}.");

    /// <summary>The ten biggest, by their first two folders: data in many small files shows as well.</summary>
    private static string Biggest(IEnumerable<(string Path, long Weight)> parts, Func<long, string> text) => string.Join(", ", parts
        .GroupBy(part => part.Path.Split('/') is [var first, var second, _, ..] ? $"{first}/{second}/" : part.Path, part => part.Weight)
        .Select(group => (Name: group.Key, Weight: group.Sum()))
        .OrderByDescending(group => group.Weight).ThenBy(group => group.Name, StringComparer.Ordinal).Take(10)
        .Select(group => $"{group.Name} ({text(group.Weight)})"));

    public static SlipwayException Empty() => new(422, new SlipwayError("empty_source", "The source holds no files.")
    {
        Why = "The folder is empty, or all that is in it is ignored.",
        Next = "Run slipway deploy in the app's folder: the one that holds manage.py or a Procfile.",
    });

    public static SlipwayException Missing(Digest digest) => new(404, new SlipwayError("source_not_found", $"Source {digest.Short} is not on this server any more.")
    {
        Why = "Sources are kept for as long as a kept release was built from them.",
        Next = "Deploy the folder again: slipway deploy",
    });

    public static bool IsDiskFull(IOException e) => (e.HResult & 0xFFFF) == NoSpace;

    public static SlipwayException DiskFull(IOException e) => new(507, new SlipwayError("disk_full", "The server's disk is full.")
    {
        Why = e.Message,
        Next = "Free some space (df -h shows where it went; slipway apps, slipway destroy for apps not needed) and deploy again.",
    }, e);
}
