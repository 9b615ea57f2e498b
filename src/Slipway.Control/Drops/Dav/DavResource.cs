using System.Globalization;
using Slipway.Control.Sources;

namespace Slipway.Control.Drops.Dav;

/// <summary>A path of a drop folder, that may have nothing at it.</summary>
/// <param name="Path">Below the folder, without slashes at its ends; empty for the folder itself.</param>
internal sealed record DavResource(DropFolder Folder, string Path)
{
    public string OnDisk => Path.Length == 0 ? Folder.Files : System.IO.Path.Combine(Folder.Files, Path);

    public bool IsFolder => Directory.Exists(OnDisk);

    public bool IsFile => File.Exists(OnDisk);

    public bool Exists => IsFolder || IsFile;

    public DavResource? Parent => Path.Length == 0 ? null : this with { Path = SourcePath.Parent(Path) ?? "" };

    /// <summary>Changes whenever the content does: every write is a new file.</summary>
    public string? ETag => !IsFile ? null : string.Create(
        CultureInfo.InvariantCulture, $"\"{File.GetLastWriteTimeUtc(OnDisk).Ticks:x}-{new FileInfo(OnDisk).Length:x}\"");

    /// <returns>Null for a name that cannot be one, or that leads through a link out of the tree.</returns>
    public static DavResource? Find(DropFolder folder, string? path, SourceLimits limits)
    {
        string? normal;
        try
        {
            normal = SourcePath.Normalize(path ?? "", limits);
        }
        catch (Contracts.Errors.SlipwayException)
        {
            return null;
        }

        for (var part = normal; part is not null; part = SourcePath.Parent(part))
            if (new FileInfo(System.IO.Path.Combine(folder.Files, part)).LinkTarget is not null) return null;
        return new DavResource(folder, normal ?? "");
    }

    public IEnumerable<DavResource> Children() =>
        new DirectoryInfo(OnDisk).EnumerateFileSystemInfos().Where(child => child.LinkTarget is null).OrderBy(child => child.Name, StringComparer.Ordinal)
            .Select(child => this with { Path = Path.Length == 0 ? child.Name : $"{Path}/{child.Name}" });
}
