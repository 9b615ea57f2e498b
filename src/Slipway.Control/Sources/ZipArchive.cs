using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;

namespace Slipway.Control.Sources;

/// <summary>Reads a zip from somebody not to be trusted into a <see cref="SourceWriter"/>.</summary>
internal static class ZipArchive
{
    private const int LocalHeaderBytes = 30;
    private const int TypeMask = 0xF000;
    private const int Link = 0xA000;
    private const int AnyExecute = 0b001_001_001;
    private const ushort Stored = 0;
    private const ushort Deflated = 8;

    /// <summary>Looks at the first bytes and goes back; false also for a stream that cannot go back.</summary>
    public static bool IsZip(Stream archive)
    {
        if (!archive.CanSeek) return false;
        Span<byte> start = stackalloc byte[4];
        var got = archive.ReadAtLeast(start, 4, throwOnEndOfStream: false);
        archive.Position -= got;
        return got == 4 && start[..2].SequenceEqual("PK"u8) && start[2..] is [3, 4] or [5, 6];
    }

    public static async Task ReadIntoAsync(Stream zip, SourceWriter writer, SourceLimits limits, CancellationToken cancel)
    {
        try
        {
            var entries = await ZipDirectory.ReadAsync(zip, limits, cancel);
            var kept = entries.Select(entry => (Entry: entry, Path: SourcePath.Normalize(entry.Name, limits))).Where(entry => IsKept(entry.Path, writer)).ToList();
            var top = TopFolder(kept.Select(entry => (entry.Path!, IsFolder(entry.Entry))).ToList());
            if (top is not null) writer.Note($"All of the zip is in its folder '{top}', which is taken for the app's own.");
            long unpacked = 0;
            foreach (var (entry, path) in kept)
            {
                var below = top is null ? path! : path == top ? null : path![(top.Length + 1)..];
                if (below is not null) unpacked += await ReadEntryAsync(zip, entry, below, unpacked, writer, limits, cancel);
            }
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw SourceErrors.NotAnArchive(e.Message);
        }
    }

    private static bool IsKept(string? path, SourceWriter writer)
    {
        if (path is null) return false;
        if (Droppings.Find(path) is not { } ignored) return true;
        writer.Note($"{ignored} is left out.");
        return false;
    }

    /// <summary>File managers and GitHub put the folder itself into the zip, not what is in it.</summary>
    private static string? TopFolder(List<(string Path, bool IsFolder)> entries)
    {
        if (entries.Count == 0) return null;
        var top = entries[0].Path.Split('/')[0];
        return entries.All(entry => entry.Path == top ? entry.IsFolder : SourcePath.IsBelow(entry.Path, top)) ? top : null;
    }

    private static bool IsFolder(ZipEntry entry) => entry.Name.EndsWith('/');

    /// <param name="before">Bytes that the entries before it had.</param>
    /// <returns>Bytes that it has itself.</returns>
    private static async Task<long> ReadEntryAsync(
        Stream zip, ZipEntry entry, string path, long before, SourceWriter writer, SourceLimits limits, CancellationToken cancel)
    {
        if (IsFolder(entry))
        {
            writer.AddFolder(path);
            return 0;
        }

        if (entry.IsEncrypted) throw SourceErrors.Unsafe(entry.Name, "It is encrypted.");
        if ((entry.Mode & TypeMask) is not (0 or 0x8000 or Link)) throw SourceErrors.Unsafe(entry.Name, "It is neither a file, a folder nor a link.");
        await using var packed = new PackedStream(zip, await DataOffsetAsync(zip, entry, cancel), entry.PackedBytes);
        await using Stream plain = entry.Method switch
        {
            Stored => packed,
            Deflated => new DeflateStream(packed, CompressionMode.Decompress),
            _ => throw SourceErrors.NotAnArchive($"{entry.Name} is packed with method {entry.Method}; only 'stored' and 'deflate' can be read."),
        };
        await using var content = new CheckedStream(plain, entry, count => CheckRatio(before + count, zip.Length, limits));
        if ((entry.Mode & TypeMask) == Link)
        {
            if (entry.Bytes > limits.PathBytes) throw SourceErrors.Unsafe(entry.Name, "It is a link whose target cannot be a path.");
            using var target = new StreamReader(content, Encoding.UTF8);
            writer.AddLink(path, await target.ReadToEndAsync(cancel));
        }
        else
        {
            await writer.AddFileAsync(path, (entry.Mode & AnyExecute) != 0, entry.Modified, entry.Bytes, content, cancel);
        }

        return entry.Bytes;
    }

    private static async Task<long> DataOffsetAsync(Stream zip, ZipEntry entry, CancellationToken cancel)
    {
        if (entry.Offset > zip.Length - LocalHeaderBytes) throw new InvalidDataException($"{entry.Name} is said to be beyond its end.");
        var header = new byte[LocalHeaderBytes];
        zip.Position = entry.Offset;
        await zip.ReadExactlyAsync(header, cancel);
        if (!header.AsSpan().StartsWith("PK\u0003\u0004"u8)) throw new InvalidDataException($"{entry.Name} is not where its directory says.");
        return entry.Offset + LocalHeaderBytes
            + BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(26)) + BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(28));
    }

    // Entries may share their packed bytes, so what counts is the archive as a whole.
    private static void CheckRatio(long unpacked, long packed, SourceLimits limits)
    {
        if (unpacked > limits.RatioFloorBytes && unpacked / Math.Max(1, packed) > limits.Ratio)
            throw SourceErrors.TooBig($"It unpacks to more than {limits.Ratio} times its size, as only an archive made to fill a disk does.");
    }

    /// <summary>A stretch of the zip.</summary>
    private sealed class PackedStream(Stream zip, long start, long length) : ReadOnlyStream
    {
        private long _read;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            zip.Position = start + _read;
            var got = await zip.ReadAsync(buffer[..(int)Math.Min(buffer.Length, length - _read)], cancellationToken);
            _read += got;
            return got;
        }
    }

    /// <summary>Unpacked bytes, which at their end must be as many as announced and have the announced checksum.</summary>
    private sealed class CheckedStream(Stream inner, ZipEntry entry, Action<long> check) : ReadOnlyStream
    {
        private readonly Crc32 _crc = new();
        private long _count;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var got = await inner.ReadAsync(buffer, cancellationToken);
            _crc.Append(buffer.Span[..got]);
            _count += got;
            check(_count);
            if (got == 0 && buffer.Length > 0 && (_count != entry.Bytes || _crc.GetCurrentHashAsUInt32() != entry.Crc))
                throw new InvalidDataException($"{entry.Name} is damaged: it does not have the checksum that the zip has for it.");
            return got;
        }
    }

    private abstract class ReadOnlyStream : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read asynchronously.");
        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
        public override void Flush() => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
