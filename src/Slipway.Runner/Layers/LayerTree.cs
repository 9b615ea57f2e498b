using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Runner.Kernel;

namespace Slipway.Runner.Layers;

internal enum EntryKind { Folder, File, Link, HardLink }

/// <summary>One entry of a layer, with all that counts towards its digest; times do not.</summary>
/// <param name="Path">Relative, with <c>/</c>.</param>
/// <param name="Mode">Permission bits, without set-uid and set-gid: nothing in an instance may use them anyway.</param>
/// <param name="Target">Of a symbolic link: its text. Of a hard link: the path of the first name.</param>
internal sealed record LayerEntry(EntryKind Kind, string Path, uint Mode, uint Uid, uint Gid, long Size, string? Target, DateTime Modified)
{
    /// <summary>SHA-256 of a file's content, in hex; set when it was read.</summary>
    public string? Content { get; set; }

    /// <summary>It is as the source has it; the build did not change it.</summary>
    public bool Laid { get; init; }
}

/// <summary>The entries of a folder that is or becomes a layer. Links are looked at and never followed.</summary>
internal static class LayerTree
{
    private const int MaxEntries = 1_000_000;

    /// <param name="root">Folder to walk.</param>
    /// <param name="prefix">Relative path that its entries get.</param>
    /// <param name="owner">Owner that they get; null: as they are.</param>
    /// <param name="deleted">
    /// Gets what an overlay's upper hides of what is below: paths, and folders, with a slash at their end, whose whole old
    /// content is hidden. Null where nothing may be deleted.
    /// </param>
    /// <exception cref="SlipwayException">Device files, sockets and pipes do not go into layers.</exception>
    public static void Walk(
        string root, string prefix, (uint Uid, uint Gid)? owner, List<LayerEntry> entries, Dictionary<ulong, string> firstNames, ICollection<string>? deleted = null)
    {
        foreach (var path in Directory.EnumerateFileSystemEntries(root).Order(StringComparer.Ordinal))
        {
            var relative = prefix.Length == 0 ? Path.GetFileName(path) : $"{prefix}/{Path.GetFileName(path)}";
            if (relative.Contains('\uFFFD')) throw Refused(relative, "Its name is not UTF-8.");
            if (Libc.Status(path) is not { } status) continue;
            if (deleted is not null && status.IsWhiteout)
            {
                deleted.Add(relative);
                continue;
            }

            entries.Add(Entry(path, relative, status, owner, firstNames));
            if (entries.Count > MaxEntries) throw Refused(prefix, $"It has more than {MaxEntries} files.");
            if (!status.IsDirectory) continue;
            if (deleted is not null && IsOpaque(path)) deleted.Add(relative + "/");
            Walk(path, relative, owner, entries, firstNames, deleted);
        }
    }

    private static unsafe bool IsOpaque(string folder)
    {
        byte value;
        return Libc.ExtendedAttribute(folder, "trusted.overlay.opaque", &value, 1) == 1 && value == (byte)'y';
    }

    public static LayerEntry Entry(string path, string relative, Libc.FileStatus status, (uint Uid, uint Gid)? owner, Dictionary<ulong, string> firstNames)
    {
        var (uid, gid) = owner ?? (status.Uid, status.Gid);
        var mode = (uint)status.Mode & 0x3ff;
        var modified = DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(status.ModifiedSeconds, 315_532_800, 4_102_444_800)).UtcDateTime;
        if (status.IsDirectory) return new(EntryKind.Folder, relative, mode, uid, gid, 0, null, modified);
        if (status.IsLink) return new(EntryKind.Link, relative, 0, uid, gid, 0, new FileInfo(path).LinkTarget, modified);
        if (!status.IsFile) throw Refused(relative, "It is a device, a socket, a pipe or a deleted file of a lower layer.");
        if (status.Links > 1 && !firstNames.TryAdd(status.Inode, relative))
            return new(EntryKind.HardLink, relative, 0, uid, gid, 0, firstNames[status.Inode], modified);
        return new(EntryKind.File, relative, mode & ~0x200u, uid, gid, status.Size, null, modified);
    }

    /// <summary>Hash of the list of all entries: equal content, modes and owners give an equal digest, whenever and wherever it was made.</summary>
    public static Digest Digest(IEnumerable<LayerEntry> entries)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var e in entries.OrderBy(e => e.Path, StringComparer.Ordinal))
        {
            var line = string.Create(CultureInfo.InvariantCulture, $"{e.Kind}\0{e.Path}\0{e.Mode:x}\0{e.Uid}\0{e.Gid}\0{e.Size}\0{e.Content}\0{e.Target}\n");
            hash.AppendData(Encoding.UTF8.GetBytes(line));
        }

        return Contracts.Names.Digest.FromHash(hash.GetHashAndReset());
    }

    public static SlipwayException Refused(string path, string why) =>
        new(422, new SlipwayError("layer_refused", $"{TypedName.Quote("/" + path)} cannot become part of a layer.") { Why = why, Next = "Remove it in the build, or keep it out of the committed folders." });
}
