using System.Globalization;

namespace Slipway.Control.Drops.Sftp;

/// <summary>What a client may know and set of a file. Null: not said.</summary>
/// <param name="Mode">Unix permissions, with the kind of file above them.</param>
internal sealed record SftpAttributes(long? Size, uint? Mode, DateTimeOffset? Modified)
{
    private const uint HasSize = 1, HasOwner = 2, HasMode = 4, HasTimes = 8, HasExtended = 0x80000000;
    private const uint Folder = 0x4000, Regular = 0x8000, ExecuteBits = 0b001_001_001;

    public static SftpAttributes OfFolder(DateTimeOffset modified) => new(4096, Folder | 0b111_101_101, modified);

    public static SftpAttributes Of(FileSystemInfo file) => file is FileInfo plain
        ? new SftpAttributes(plain.Length, Regular | 0b110_100_100 | (plain.UnixFileMode.HasFlag(UnixFileMode.UserExecute) ? ExecuteBits : 0), plain.LastWriteTimeUtc)
        : OfFolder(file.LastWriteTimeUtc);

    public static SftpAttributes Read(ref SftpReader from)
    {
        var flags = from.UInt32();
        long? size = (flags & HasSize) != 0 ? from.Int64() : null;
        if ((flags & HasOwner) != 0) _ = (from.UInt32(), from.UInt32()); // whose it is, is not the client's to say
        uint? mode = (flags & HasMode) != 0 ? from.UInt32() : null;
        DateTimeOffset? modified = null;
        if ((flags & HasTimes) != 0)
        {
            _ = from.UInt32();
            modified = DateTimeOffset.FromUnixTimeSeconds(from.UInt32());
        }

        for (var left = (flags & HasExtended) != 0 ? from.UInt32() : 0; left > 0; left--) _ = from.Bytes().Length + from.Bytes().Length;
        return new SftpAttributes(size, mode, modified);
    }

    public SftpWriter Write(SftpWriter to)
    {
        to.UInt32((Size is null ? 0 : HasSize) | (Mode is null ? 0 : HasMode) | (Modified is null ? 0 : HasTimes));
        if (Size is { } size) to.Int64(size);
        if (Mode is { } mode) to.UInt32(mode);
        if (Modified is { } modified) to.UInt32((uint)modified.ToUnixTimeSeconds()).UInt32((uint)modified.ToUnixTimeSeconds());
        return to;
    }

    /// <summary>Of what was said, what a drop folder keeps: whether it is a program, and when it was changed.</summary>
    public void ApplyTo(string file)
    {
        if (Mode is { } mode) File.SetUnixFileMode(file, (UnixFileMode)(0b110_100_100 | ((mode & 0b001_000_000) != 0 ? ExecuteBits : 0)));
        if (Modified is { } modified) File.SetLastWriteTimeUtc(file, modified.UtcDateTime);
    }

    /// <summary>A line as of <c>ls -l</c>; some clients read nothing else.</summary>
    public string LongName(string name)
    {
        var mode = Mode ?? 0;
        var letters = string.Concat("rwxrwxrwx".Select((letter, i) => (mode & (1u << (8 - i))) != 0 ? letter : '-'));
        return string.Create(CultureInfo.InvariantCulture, $"{((mode & Folder) != 0 ? 'd' : '-')}{letters}    1 slipway  slipway  {Size,12} {Modified?.UtcDateTime:MMM dd HH:mm} {name}");
    }
}
