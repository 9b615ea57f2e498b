using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using Slipway.Contracts.Errors;

namespace Slipway.Cli.Sources;

/// <summary>How far an upload is; read by the progress line while the upload writes it.</summary>
internal sealed class UploadProgress
{
    private long _bytes;
    private int _files;

    public long Bytes => Interlocked.Read(ref _bytes);

    public int Files => Volatile.Read(ref _files);

    public void Add(long bytes)
    {
        Interlocked.Add(ref _bytes, bytes);
        Interlocked.Increment(ref _files);
    }
}

/// <summary>Entries of a source tree as the body of a request: tar.gz, made while it is sent, never whole in memory or on disk.</summary>
internal sealed class SourceArchive : HttpContent
{
    private const UnixFileMode Plain = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Program = Plain | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private static readonly byte[] EndOfArchive = new byte[1024];

    private readonly IEnumerable<SourceEntry> _entries;
    private readonly UploadProgress _progress;

    public SourceArchive(IEnumerable<SourceEntry> entries, UploadProgress progress)
    {
        (_entries, _progress) = (entries, progress);
        Headers.ContentType = new MediaTypeHeaderValue("application/gzip");
    }

    /// <summary>What went wrong with a file while it was sent; the HTTP client would hide it behind its own exception.</summary>
    public Failure? Failure { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => WriteAsync(stream, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancel) => WriteAsync(stream, cancel);

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    private async Task WriteAsync(Stream to, CancellationToken cancel)
    {
        try
        {
            await using var gzip = new GZipStream(to, CompressionLevel.Fastest, leaveOpen: true);
            await using var tar = new TarWriter(gzip, TarEntryFormat.Gnu, leaveOpen: true);
            var isEmpty = true;
            foreach (var source in _entries)
            {
                await WriteAsync(tar, source, cancel);
                isEmpty = false;
            }

            if (isEmpty) await gzip.WriteAsync(EndOfArchive, cancel); // TarWriter ends what it began alone, and an empty file is no archive
        }
        catch (Failure failure)
        {
            Failure = failure;
            throw;
        }
    }

    private async Task WriteAsync(TarWriter tar, SourceEntry source, CancellationToken cancel)
    {
        var entry = new GnuTarEntry(
            source.Facts.Kind switch { FileKind.Directory => TarEntryType.Directory, FileKind.Link => TarEntryType.SymbolicLink, _ => TarEntryType.RegularFile },
            source.Path)
        {
            ModificationTime = source.Facts.ModifiedAt,
            Mode = source.Facts.Executable ? Program : Plain,
        };
        if (source.Facts.Kind == FileKind.Directory) entry.Mode = Program;
        if (source.Facts.Kind == FileKind.Link) entry.LinkName = source.LinkTarget!;
        if (source.Facts.Kind != FileKind.File)
        {
            await tar.WriteEntryAsync(entry, cancel);
            return;
        }
        await using var file = Open(source);
        entry.DataStream = file;
        var announced = file.Length;
        await tar.WriteEntryAsync(entry, cancel);
        if (file.Position != announced) throw Changed(source, "Its size changed while it was being sent.");
        _progress.Add(announced);
    }

    /// <exception cref="Failure">It is gone, or may not be read any more.</exception>
    public static FileStream Open(SourceEntry source)
    {
        try
        {
            return new FileStream(source.FullPath, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Changed(source, e.Message);
        }
    }

    private static Failure Changed(SourceEntry source, string why) =>
        new(ExitCode.Failure, new SlipwayError("file_changed", $"{source.Path} changed while the folder was being sent; nothing was deployed.")
        {
            Why = why,
            Next = "Run slipway deploy again when nothing writes to the folder.",
        });
}
