using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace Slipway.Control.Tests.Sources;

/// <summary>Writes archives, honest and hostile ones.</summary>
internal sealed class Archive : IDisposable
{
    private readonly MemoryStream _bytes = new();
    private readonly TarWriter _tar;

    public Archive() => _tar = new TarWriter(_bytes, TarEntryFormat.Pax, leaveOpen: true);

    public Archive File(string name, string content = "text", UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite) =>
        Entry(new PaxTarEntry(TarEntryType.RegularFile, name) { Mode = mode, DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) });

    public Archive Folder(string name) => Entry(new PaxTarEntry(TarEntryType.Directory, name));

    public Archive Link(string name, string target) => Entry(new PaxTarEntry(TarEntryType.SymbolicLink, name) { LinkName = target });

    public Archive HardLink(string name, string target) => Entry(new PaxTarEntry(TarEntryType.HardLink, name) { LinkName = target });

    public Archive Entry(TarEntry entry)
    {
        _tar.WriteEntry(entry);
        return this;
    }

    public MemoryStream Tar()
    {
        _tar.Dispose();
        return new MemoryStream(_bytes.ToArray());
    }

    public MemoryStream Gzip()
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) Tar().CopyTo(gzip);
        packed.Position = 0;
        return packed;
    }

    public void Dispose() => _tar.Dispose();
}
