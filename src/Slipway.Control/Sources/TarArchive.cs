using System.Formats.Tar;
using System.IO.Compression;
using System.IO.Pipelines;

namespace Slipway.Control.Sources;

/// <summary>Reads a tar, plain or gzipped, from somebody not to be trusted, into a <see cref="SourceWriter"/>.</summary>
internal static class TarArchive
{
    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    public static async Task ReadIntoAsync(Stream archive, SourceWriter writer, SourceLimits limits, CancellationToken cancel)
    {
        var packed = new MeteredStream(archive);
        var pipe = PipeReader.Create(packed, new StreamPipeReaderOptions(bufferSize: 64 * 1024, leaveOpen: true));
        try
        {
            await using var unpacked = await IsGzipAsync(pipe, cancel)
                ? new GZipStream(pipe.AsStream(leaveOpen: true), CompressionMode.Decompress)
                : pipe.AsStream(leaveOpen: true);
            // Counted below tar itself, so that headers, long names and skipped entries are limited as well.
            await using var metered = new MeteredStream(unpacked, count => Check(count, packed.Count, limits));
            await using var tar = new TarReader(metered, leaveOpen: true);
            while (await tar.GetNextEntryAsync(copyData: false, cancel) is { } entry)
                await ReadEntryAsync(entry, writer, limits, cancel);
        }
        catch (Exception e) when (e is InvalidDataException or FormatException or EndOfStreamException or ArgumentException or OverflowException)
        {
            throw SourceErrors.NotAnArchive(e.Message);
        }
        finally
        {
            await pipe.CompleteAsync();
        }
    }

    private static async Task<bool> IsGzipAsync(PipeReader pipe, CancellationToken cancel)
    {
        var read = await pipe.ReadAtLeastAsync(2, cancel);
        var start = new System.Buffers.SequenceReader<byte>(read.Buffer);
        if (read.Buffer.Length == 0) throw SourceErrors.NotAnArchive("It is empty.");
        var gzip = start.IsNext([0x1f, 0x8b]);
        var zip = start.IsNext("PK"u8);
        pipe.AdvanceTo(read.Buffer.Start);
        return zip ? throw SourceErrors.NotAnArchive("It is a zip file, which cannot be read as it comes: upload it whole.") : gzip;
    }

    private static async Task ReadEntryAsync(TarEntry entry, SourceWriter writer, SourceLimits limits, CancellationToken cancel)
    {
        if (entry.EntryType == TarEntryType.GlobalExtendedAttributes) return;
        if (SourcePath.Normalize(entry.Name, limits) is not { } path) return;
        if (Droppings.Find(path) is { } ignored)
        {
            writer.Note($"{ignored} is left out.");
            return;
        }

        switch (entry.EntryType)
        {
            case TarEntryType.Directory or TarEntryType.DirectoryList:
                writer.AddFolder(path);
                break;
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                await writer.AddFileAsync(path, (entry.Mode & AnyExecute) != 0, entry.ModificationTime, entry.Length, entry.DataStream ?? Stream.Null, cancel);
                break;
            case TarEntryType.SymbolicLink:
                writer.AddLink(path, entry.LinkName);
                break;
            case TarEntryType.HardLink:
                var original = SourcePath.Normalize(entry.LinkName, limits)
                    ?? throw SourceErrors.Unsafe(entry.Name, "It is a hard link to a folder.");
                await writer.AddCopyAsync(path, original, entry.ModificationTime, cancel);
                break;
            default:
                throw SourceErrors.Unsafe(entry.Name, $"It is neither a file, a folder nor a link ({entry.EntryType}).");
        }
    }

    private static void Check(long unpacked, long packed, SourceLimits limits)
    {
        // Each entry may cost a few blocks of header.
        if (unpacked > limits.TotalBytes + (limits.Entries * 4096L))
            throw SourceErrors.TooBig($"It unpacks to more than {Size.Text(limits.TotalBytes)}.");
        if (unpacked > limits.RatioFloorBytes && unpacked / Math.Max(1, packed) > limits.Ratio)
            throw SourceErrors.TooBig($"It unpacks to more than {limits.Ratio} times its size, as only an archive made to fill a disk does.");
    }
}
