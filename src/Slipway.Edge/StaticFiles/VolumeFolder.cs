using Slipway.Edge.Native;

namespace Slipway.Edge.StaticFiles;

/// <summary>
/// Uploads: written by the app at any time, with names and content that its visitors chose. Looked up anew for each
/// request, and served so that a browser runs none of it in the app's origin.
/// </summary>
internal sealed class VolumeFolder(string directory) : IStaticFolder
{
    private ServedFolder? _folder = ServedFolder.TryOpen(directory);

    public StaticFile? Find(ReadOnlySpan<char> path, AcceptedEncodings accepts)
    {
        // The volume may be made after the route.
        var folder = _folder ??= ServedFolder.TryOpen(directory);
        var name = path.ToString();
        if (folder is null || !folder.TryOpenFile(name, out var file)) return null;

        var type = ContentTypes.Of(name);
        return new StaticFile
        {
            Length = file.Length,
            ETag = $"\"{file.ModifiedTicks:x}-{file.Length:x}\"",
            ContentType = type.Value,
            CacheControl = CachePolicy.AskFirst,
            LastModified = file.Modified,
            AsDownload = type.Active,
            NoSniff = true,
            // What is sent is the file that was looked at, also when another takes its name meanwhile.
            Opened = file.Handle,
        };
    }
}
