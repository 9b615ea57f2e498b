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
