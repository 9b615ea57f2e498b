using System.Runtime.InteropServices;

namespace Slipway.Cli.Sources;

internal enum FileKind { File, Directory, Link, Other }

/// <summary>What the file system says of a path itself, without following a link. .NET does not tell a socket or a pipe from a file.</summary>
internal readonly partial record struct FileFacts(FileKind Kind, long Size, bool Executable, DateTimeOffset ModifiedAt)
{
    private const int CurrentFolder = -100;
    private const int NoFollow = 0x100;
    private const uint BasicStats = 0x7ff;
    private const int ReadAccess = 4;

    /// <returns>Null when it is gone or cannot be looked at.</returns>
    public static FileFacts? Of(string path)
    {
        if (statx(CurrentFolder, path, NoFollow, BasicStats, out var stat) != 0) return null;
        var kind = (stat.Mode & 0xf000) switch
        {
            0x8000 => FileKind.File,
            0x4000 => FileKind.Directory,
            0xa000 => FileKind.Link,
            _ => FileKind.Other,
        };
        return new FileFacts(kind, (long)stat.Size, (stat.Mode & 0x40) != 0, DateTimeOffset.FromUnixTimeSeconds(stat.ModifiedSeconds));
    }

    public static bool IsReadable(string path) => access(path, ReadAccess) == 0;

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int statx(int folder, string path, int flags, uint mask, out Stat stat);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int access(string path, int mode);

    /// <summary>The kernel's <c>struct statx</c>: the same on every architecture.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Stat
    {
        [FieldOffset(28)] public ushort Mode;
        [FieldOffset(40)] public ulong Size;
        [FieldOffset(112)] public long ModifiedSeconds;
    }
}
