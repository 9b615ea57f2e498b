using System.Globalization;
using System.Runtime.InteropServices;

namespace Slipway.Control.Sources;

/// <summary>
/// By what a file that was not touched since is known again. The kernel sets the time of the last change itself, whatever
/// times a client gives its files.
/// </summary>
/// <param name="Modified">Nanoseconds since 1970, as the following.</param>
internal readonly partial record struct FileStamp(ulong Inode, long Bytes, long Modified, long Changed, bool Executable)
{
    private const int CurrentFolder = -100, NoFollow = 0x100;
    private const uint BasicStats = 0x7ff;

    /// <returns>Null for what is no plain file, or is not there.</returns>
    public static FileStamp? Of(string path) => Look(path) is { } stat && (stat.Mode & 0xf000) == 0x8000
        ? new FileStamp(stat.Inode, (long)stat.Size, Time(stat.ModifiedSeconds, stat.ModifiedNanoseconds), Time(stat.ChangedSeconds, stat.ChangedNanoseconds), (stat.Mode & 0x40) != 0)
        : null;

    /// <summary>Sockets, pipes and devices, which .NET does not tell from files.</summary>
    public static bool IsSpecial(string path) => Look(path) is { } stat && (stat.Mode & 0xf000) is not (0x8000 or 0x4000 or 0xa000);

    /// <summary>Gives a file a second name.</summary>
    /// <returns>False when it has as many as the file system allows, or is not there.</returns>
    public static bool TryLink(string existing, string name) => Link(existing, name) == 0;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Inode}.{Bytes}.{Modified}.{Changed}");

    private static Stat? Look(string path) => Statx(CurrentFolder, path, NoFollow, BasicStats, out var stat) == 0 ? stat : null;

    private static long Time(long seconds, uint nanoseconds) => (seconds * 1_000_000_000) + nanoseconds;

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Statx(int folder, string path, int flags, uint mask, out Stat stat);

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Link(string existing, string name);

    /// <summary>The kernel's <c>struct statx</c>: the same on every architecture.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Stat
    {
        [FieldOffset(28)] public ushort Mode;
        [FieldOffset(32)] public ulong Inode;
        [FieldOffset(40)] public ulong Size;
        [FieldOffset(96)] public long ChangedSeconds;
        [FieldOffset(104)] public uint ChangedNanoseconds;
        [FieldOffset(112)] public long ModifiedSeconds;
        [FieldOffset(120)] public uint ModifiedNanoseconds;
    }
}
