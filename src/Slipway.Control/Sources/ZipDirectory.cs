using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace Slipway.Control.Sources;

/// <summary>One entry of a zip, as its directory tells.</summary>
/// <param name="Mode">Unix type and permissions; 0 where it was made elsewhere.</param>
/// <param name="Offset">Of the entry's own header.</param>
internal sealed record ZipEntry(string Name, ushort Flags, ushort Method, uint Crc, long PackedBytes, long Bytes, DateTimeOffset Modified, int Mode, long Offset)
{
    public bool IsEncrypted => (Flags & 1) != 0;
}

/// <summary>
/// The directory at the end of a zip (APPNOTE 4.3). Read here and not by System.IO.Compression, which takes all of it
/// into memory before anybody can count it.
/// </summary>
internal static class ZipDirectory
{
    private const int EndBytes = 22;
    private const int MaxComment = ushort.MaxValue;
    private const int HeaderBytes = 46;
    private const ushort Utf8Flag = 1 << 11;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly Encoding Cp437 = CodePagesEncodingProvider.Instance.GetEncoding(437)!;

    /// <exception cref="InvalidDataException">It is not a zip, or a part of a split one.</exception>
    public static async Task<IReadOnlyList<ZipEntry>> ReadAsync(Stream zip, SourceLimits limits, CancellationToken cancel)
    {
        zip.Position = await FindAsync(zip, cancel);
        var directory = new BufferedStream(zip, 64 * 1024); // not disposed: the zip is the caller's
        var entries = new List<ZipEntry>();
        var header = new byte[HeaderBytes];
        while (await directory.ReadAtLeastAsync(header, HeaderBytes, throwOnEndOfStream: false, cancel) == HeaderBytes && UInt32(header, 0) == 0x02014b50)
        {
            var (name, extra, comment) = (new byte[UInt16(header, 28)], new byte[UInt16(header, 30)], UInt16(header, 32));
            await directory.ReadExactlyAsync(name, cancel);
            await directory.ReadExactlyAsync(extra, cancel);
            for (var left = (int)comment; left > 0; left -= HeaderBytes) await directory.ReadExactlyAsync(new byte[Math.Min(left, HeaderBytes)], cancel);
            entries.Add(Parse(header, name, extra));
            if (entries.Count > limits.Entries) throw SourceErrors.TooMany(limits, entries.Select(entry => entry.Name));
        }

        return entries;
    }

    /// <returns>Where the directory begins.</returns>
    private static async Task<long> FindAsync(Stream zip, CancellationToken cancel)
    {
        var tail = new byte[(int)Math.Min(zip.Length, EndBytes + MaxComment)];
        zip.Position = zip.Length - tail.Length;
        await zip.ReadExactlyAsync(tail, cancel);
        var at = tail.AsSpan().LastIndexOf("PK\u0005\u0006"u8);
        if (at < 0 || tail.Length - at < EndBytes) throw new InvalidDataException("It ends before the directory of a zip does.");
        var (disk, offset) = (UInt16(tail, at + 4), (long)UInt32(tail, at + 16));
        if (offset == uint.MaxValue) offset = await FindLargeAsync(zip, zip.Length - tail.Length + at, cancel);
        else if (disk != 0) throw new InvalidDataException("It is one part of a zip that was split.");
        return offset <= zip.Length ? offset : throw new InvalidDataException("Its directory is said to be beyond its end.");
    }

    /// <summary>Zip64: a locator before the end says where the larger end record is.</summary>
    private static async Task<long> FindLargeAsync(Stream zip, long end, CancellationToken cancel)
    {
        var locator = await ReadAsync(zip, end - 20, 20, 0x07064b50, cancel);
        var record = await ReadAsync(zip, Int64(locator, 8), 56, 0x06064b50, cancel);
        return Int64(record, 48);
    }

    private static async Task<byte[]> ReadAsync(Stream zip, long at, int length, uint signature, CancellationToken cancel)
    {
        if (at < 0 || at > zip.Length - length) throw new InvalidDataException("Its directory is said to be where it cannot be.");
        var bytes = new byte[length];
        zip.Position = at;
        await zip.ReadExactlyAsync(bytes, cancel);
        return UInt32(bytes, 0) == signature ? bytes : throw new InvalidDataException("Its directory is not where it is said to be.");
    }

    private static ZipEntry Parse(byte[] header, byte[] name, byte[] extra)
    {
        var (packed, bytes, offset) = ((long)UInt32(header, 20), (long)UInt32(header, 24), (long)UInt32(header, 42));
        if (Field(extra, 1) is { } large)
        {
            // Only those of the three that did not fit are there, in this order.
            var at = 0;
            long Next() => at + 8 <= large.Length ? Int64(large, (at += 8) - 8) : throw new InvalidDataException("Its directory is cut short.");
            if (bytes == uint.MaxValue) bytes = Next();
            if (packed == uint.MaxValue) packed = Next();
            if (offset == uint.MaxValue) offset = Next();
        }

        if (bytes < 0 || packed < 0 || offset < 0) throw new InvalidDataException("Its directory holds sizes below zero.");
        var isUnix = header[5] is 3 or 19;
        var flags = UInt16(header, 8);
        return new ZipEntry(
            Text(name, extra, flags), flags, UInt16(header, 10), UInt32(header, 16), packed, bytes,
            Time(UInt16(header, 14), UInt16(header, 12)), isUnix ? (int)(UInt32(header, 38) >> 16) : 0, offset);
    }

    /// <summary>UTF-8 as marked, as an extra field has it, or as most write it unmarked; else DOS's letters, as the format says. Old Windows tools wrote backslashes.</summary>
    private static string Text(byte[] name, byte[] extra, ushort flags)
    {
        if ((flags & Utf8Flag) == 0 && Field(extra, 0x7075) is [1, ..] and { Length: > 5 } unicode && UInt32(unicode, 1) == Crc32.HashToUInt32(name))
            name = unicode[5..];
        try
        {
            return StrictUtf8.GetString(name).Replace('\\', '/');
        }
        catch (DecoderFallbackException) when ((flags & Utf8Flag) == 0)
        {
            return Cp437.GetString(name).Replace('\\', '/');
        }
        catch (DecoderFallbackException)
        {
            throw SourceErrors.Unsafe(Encoding.UTF8.GetString(name), "Its name is marked as UTF-8 and is not.");
        }
    }

    private static byte[]? Field(byte[] extra, ushort wanted)
    {
        for (var at = 0; at + 4 <= extra.Length;)
        {
            var (id, length) = (UInt16(extra, at), UInt16(extra, at + 2));
            if (at + 4 + length > extra.Length) return null;
            if (id == wanted) return extra[(at + 4)..(at + 4 + length)];
            at += 4 + length;
        }

        return null;
    }

    /// <summary>DOS's date and time, of a clock whose zone nobody knows.</summary>
    private static DateTimeOffset Time(ushort date, ushort time)
    {
        var (year, month, day) = (1980 + (date >> 9), Math.Clamp((date >> 5) & 15, 1, 12), date & 31);
        var start = new DateTimeOffset(year, month, 1, 0, 0, 0, TimeSpan.Zero).AddDays(Math.Max(day, 1) - 1);
        return start.AddHours(time >> 11).AddMinutes((time >> 5) & 63).AddSeconds((time & 31) * 2);
    }

    private static ushort UInt16(byte[] bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at));

    private static uint UInt32(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));

    private static long Int64(byte[] bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at));
}
