using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Slipway.Edge.Native;

/// <summary>A regular file opened below a folder, with what the kernel says about it at that moment.</summary>
internal readonly record struct OpenedFile(SafeFileHandle Handle, long Length, DateTimeOffset Modified, long ModifiedTicks);

/// <summary>
/// A folder from which files are opened by relative path such that nothing outside of it can be reached: not by
/// <c>..</c>, not by an absolute path, not by a link inside it (the app may write links into its volumes).
/// The kernel does the checking (openat2), so there is no moment between the check and the use.
/// </summary>
internal sealed unsafe class ServedFolder : IDisposable
{
    private readonly SafeFileHandle _directory;

    private ServedFolder(SafeFileHandle directory) => _directory = directory;

    /// <returns>Null when <paramref name="path"/> is not a folder that we may read.</returns>
    public static ServedFolder? TryOpen(string path)
    {
        var fd = Libc.openat(Libc.AT_FDCWD, path, Libc.O_PATH | Libc.O_DIRECTORY | Libc.O_CLOEXEC);
        return fd < 0 ? null : new ServedFolder(new SafeFileHandle(fd, ownsHandle: true));
    }

    /// <returns>False when there is no such regular file inside the folder, whatever the reason.</returns>
    public bool TryOpenFile(string relativePath, out OpenedFile file)
    {
        file = default;
        // Non-blocking, so that opening a FIFO that the app left there does not wait for its writer.
        const int Flags = Libc.O_RDONLY | Libc.O_CLOEXEC | Libc.O_NONBLOCK;
        var directory = (int)_directory.DangerousGetHandle();
        var how = new Libc.OpenHow { Flags = Flags, Resolve = Libc.RESOLVE_BENEATH | Libc.RESOLVE_NO_MAGICLINKS };
        var fd = (int)Libc.syscall(Libc.SYS_openat2, directory, relativePath, &how, (nuint)sizeof(Libc.OpenHow));
        if (fd < 0 && Marshal.GetLastPInvokeError() == Libc.ENOSYS) fd = WalkAndOpen(directory, relativePath, Flags);
        if (fd < 0) return false;

        var handle = new SafeFileHandle(fd, ownsHandle: true);
        Libc.Statx stat;
        if (Libc.statx(fd, "", Libc.AT_EMPTY_PATH, Libc.STATX_BASIC_STATS, &stat) != 0 || (stat.Mode & Libc.S_IFMT) != Libc.S_IFREG)
        {
            handle.Dispose();
            return false;
        }

        var modified = DateTimeOffset.FromUnixTimeSeconds(stat.ModifiedSeconds);
        file = new OpenedFile(handle, (long)stat.Size, modified, modified.UtcTicks + stat.ModifiedNanoseconds / 100);
        return true;
    }

    public void Dispose() => _directory.Dispose();

    /// <summary>Kernels before 5.6: one component at a time, and no link at all.</summary>
    private static int WalkAndOpen(int directory, string relativePath, int flags)
    {
        var current = directory;
        var parts = relativePath.Split('/');
        for (var i = 0; i < parts.Length; i++)
        {
            if (parts[i] is "" or "." or "..") return -1;
            var last = i == parts.Length - 1;
            var next = Libc.openat(current, parts[i], Libc.O_NOFOLLOW | (last ? flags : Libc.O_PATH | Libc.O_DIRECTORY | Libc.O_CLOEXEC));
            if (current != directory) new SafeFileHandle(current, ownsHandle: true).Dispose();
            if (next < 0 || last) return next;
            current = next;
        }

        return -1;
    }
}
