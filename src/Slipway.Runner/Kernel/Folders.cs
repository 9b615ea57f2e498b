using System.Text;

namespace Slipway.Runner.Kernel;

/// <summary>Folders and small files, made so that a crash leaves the old or the new and never half.</summary>
internal static class Folders
{
    /// <summary>Makes the folder if it is missing and sets owner and mode in any case.</summary>
    public static void Ensure(string path, int uid, int gid, uint mode)
    {
        Directory.CreateDirectory(path);
        Libc.Check(Libc.ChangeOwner(path, (uint)uid, (uint)gid), $"chown {path}");
        Libc.Check(Libc.ChangeMode(path, mode), $"chmod {path}");
    }

    /// <summary>Writes a whole file aside, flushes and renames it into place.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite)
    {
        var aside = path + ".new";
        using (var file = new FileStream(aside, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = mode, BufferSize = 0 }))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        File.Move(aside, path, overwrite: true);
    }

    public static void Write(string path, string content, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite) =>
        Write(path, Encoding.UTF8.GetBytes(content), mode);

    /// <summary>All that was written to the folder's file system is on the disk; one call for a tree, however many files it has.</summary>
    public static void FlushAll(string folder) => OnFolder(folder, fd => Libc.Check(Libc.SyncFileSystem(fd), $"syncfs {folder}"));

    /// <summary>The names in the folder are on the disk, as a rename in it has left them.</summary>
    public static void FlushNames(string folder) => OnFolder(folder, fd => Libc.Check(Libc.Fsync(fd), $"fsync {folder}"));

    private static void OnFolder(string folder, Action<int> act)
    {
        var fd = Libc.Check(Libc.Open(folder, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_CLOEXEC, 0), $"open {folder}");
        try
        {
            act(fd);
        }
        finally
        {
            Libc.Close(fd);
        }
    }

    /// <summary>Makes an empty file, or takes the one there if it is root's own: in a folder that others write to as well, so no link is followed.</summary>
    public static void CreateOwn(string path, uint mode)
    {
        const int create = 0x40;
        var fd = Libc.Check(Libc.Open(path, Libc.O_WRONLY | create | Libc.O_NOFOLLOW | Libc.O_NONBLOCK | Libc.O_CLOEXEC, mode), $"create {path}");
        Libc.Close(fd);
        if (Libc.Status(path) is not { IsFile: true, Uid: 0, Links: 1 }) throw new IOException($"{path} is not the runner's own file.");
        Libc.Check(Libc.ChangeMode(path, mode), $"chmod {path}");
    }

    /// <summary>Removes a tree after making sure that nothing is mounted in it, for a removal must not reach into a layer or a volume.</summary>
    public static void Remove(string path)
    {
        if (!Directory.Exists(path)) return;
        MountTable.UnmountBelow(path);
        Directory.Delete(path, recursive: true);
    }

    /// <summary>Id of a group, or of a user with that of its group, from the host's files.</summary>
    /// <returns>Null when the host has none of that name.</returns>
    public static int? LookUp(string file, string name)
    {
        foreach (var line in File.ReadLines(file))
        {
            var fields = line.Split(':');
            if (fields.Length > 2 && fields[0] == name && int.TryParse(fields[2], out var id)) return id;
        }

        return null;
    }
}
