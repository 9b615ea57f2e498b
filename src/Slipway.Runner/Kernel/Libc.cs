using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Slipway.Runner.Kernel;

/// <summary>The system calls that .NET has no name for. Thin: each failure becomes a <see cref="Win32Exception"/> in <see cref="Check"/>.</summary>
internal static unsafe partial class Libc
{
    public const int ENOENT = 2, ESRCH = 3, EBUSY = 16, EEXIST = 17, EINVAL = 22, EINTR = 4, EAGAIN = 11;
    public const int O_RDONLY = 0, O_WRONLY = 1, O_RDWR = 2, O_NONBLOCK = 0x800, O_CLOEXEC = 0x80000, O_PATH = 0x200000, O_DIRECTORY = 0x10000, O_NOFOLLOW = 0x20000, O_NOCTTY = 0x100;
    public const nuint MS_RDONLY = 1, MS_NOSUID = 2, MS_NODEV = 4, MS_NOEXEC = 8, MS_REMOUNT = 32, MS_NOATIME = 1024, MS_BIND = 4096, MS_REC = 16384, MS_PRIVATE = 1 << 18;
    public const int MNT_DETACH = 2, UMOUNT_NOFOLLOW = 8;
    public const int CLONE_NEWNET = 0x40000000;
    public const int SIGHUP = 1, SIGKILL = 9, SIGTERM = 15;
    public const short POLLIN = 1;

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Mount(string? source, string target, string? type, nuint flags, string? data);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Unmount(string target, int flags);

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ChangeOwner(string path, uint uid, uint gid);

    [LibraryImport("libc", EntryPoint = "chmod", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ChangeMode(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "mkdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MakeDirectory(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "rmdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int RemoveDirectory(string path);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Link(string from, string to);

    [LibraryImport("libc", EntryPoint = "umask")]
    public static partial uint Umask(uint mask);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int fd);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int fd, byte* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int fd, byte* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    public static partial int Pipe(int* fds, int flags);

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    public static partial int Unshare(int flags);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    public static partial int Socket(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Ioctl(int fd, nuint request, void* argument);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    public static partial int WaitPid(int pid, int* status, int options);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(PollFd* fds, nuint count, int timeout);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    public static partial nint SystemCall(nint number, nint a, nint b, nint c, nint d);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Statx(int directory, string path, int flags, uint mask, FileStatus* status);

    [LibraryImport("libc", EntryPoint = "lgetxattr", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint ExtendedAttribute(string path, string name, byte* value, nuint size);

    [LibraryImport("libc", EntryPoint = "statvfs", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int StatVfs(string path, FileSystemStatus* status);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    public static partial long Seek(int fd, long offset, int whence);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    public static partial int Flock(int fd, int operation);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static partial int Fsync(int fd);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    public static partial int SyncFileSystem(int fd);

    [LibraryImport("libc", EntryPoint = "posix_openpt", SetLastError = true)]
    public static partial int OpenPseudoTerminal(int flags);

    [LibraryImport("libc", EntryPoint = "unlockpt", SetLastError = true)]
    public static partial int UnlockPseudoTerminal(int fd);

    [LibraryImport("libc", EntryPoint = "ptsname_r", SetLastError = true)]
    public static partial int PseudoTerminalName(int fd, byte* buffer, nuint size);

    /// <exception cref="Win32Exception">The call said no; the message names it and the kernel's reason.</exception>
    public static int Check(int result, string what)
    {
        if (result >= 0) return result;
        var error = Marshal.GetLastPInvokeError();
        throw new Win32Exception(error, $"{what}: {Marshal.GetPInvokeErrorMessage(error)}");
    }

    /// <summary>As <see cref="Check"/>, but one errno is as good as success.</summary>
    public static void CheckUnless(int allowed, int result, string what)
    {
        if (result < 0 && Marshal.GetLastPInvokeError() != allowed) Check(result, what);
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct PollFd
    {
        public int Fd;
        public short Events;
        public short Returned;
    }

    /// <summary>struct statx, whose layout the kernel promises.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct FileStatus
    {
        [FieldOffset(16)] public uint Links;
        [FieldOffset(20)] public uint Uid;
        [FieldOffset(24)] public uint Gid;
        [FieldOffset(28)] public ushort Mode;
        [FieldOffset(32)] public ulong Inode;
        [FieldOffset(40)] public long Size;
        [FieldOffset(48)] public long Blocks;
        [FieldOffset(112)] public long ModifiedSeconds;
        [FieldOffset(128)] public uint DeviceMajorOfNode;
        [FieldOffset(132)] public uint DeviceMinorOfNode;

        public readonly bool IsDirectory => (Mode & 0xF000) == 0x4000;
        public readonly bool IsFile => (Mode & 0xF000) == 0x8000;
        public readonly bool IsLink => (Mode & 0xF000) == 0xA000;

        /// <summary>How an overlay's upper says that what lies below at this place is deleted.</summary>
        public readonly bool IsWhiteout => (Mode & 0xF000) == 0x2000 && DeviceMajorOfNode == 0 && DeviceMinorOfNode == 0;
    }

    [StructLayout(LayoutKind.Explicit, Size = 112)]
    public struct FileSystemStatus
    {
        [FieldOffset(8)] public ulong FragmentSize;
        [FieldOffset(16)] public ulong Blocks;
        [FieldOffset(24)] public ulong BlocksFree;
    }

    /// <summary>lstat; null when there is nothing.</summary>
    public static FileStatus? Status(string path) => Status(-100, path);

    /// <param name="directory">An open folder that the path begins in; -100: where the process is.</param>
    public static FileStatus? Status(int directory, string path)
    {
        const int noFollow = 0x100;
        FileStatus status;
        if (Statx(directory, path, noFollow, 0x7ff, &status) == 0) return status;
        return Marshal.GetLastPInvokeError() is ENOENT or 20 ? null : throw new Win32Exception(Marshal.GetLastPInvokeError(), $"stat {path}");
    }

    /// <summary>A handle on a process that no later process with the same pid can be mistaken for; -1 when it is gone.</summary>
    public static int OpenProcess(int pid) => (int)SystemCall(434, pid, 0, 0, 0);

    public static bool SignalProcess(int pidfd, int signal) => SystemCall(424, pidfd, signal, 0, 0) == 0;
}
