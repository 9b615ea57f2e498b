using Microsoft.Win32.SafeHandles;
using Slipway.Edge.Native;

namespace Slipway.Edge.StaticFiles;

/// <summary>One file of a layer, with its compressed forms as soon as they have been made.</summary>
internal sealed class LayerFile
{
    private readonly ServedFolder _folder;
    private readonly CompressedFiles _compressed;
    private readonly ContentType _type;
    private readonly string _cacheControl;
    private Representation _plain;
    private Representation? _gzip;
    private Representation? _brotli;

    /// <param name="key">Names the content.</param>
    /// <param name="caching">Cache-Control of a file whose name does not change with its content.</param>
    public LayerFile(ServedFolder folder, string path, long length, string key, string caching, ContentCache cache, CompressedFiles compressed)
    {
        _folder = folder;
        _compressed = compressed;
        _type = ContentTypes.Of(path);
        _cacheControl = CachePolicy.OfLayerFile(path, caching);
        Path = path;
        Length = length;
        Key = key;
        Cache = cache;
        _plain = new Representation(this, length, null, OpenPlain);
    }

    public string Path { get; }

    public long Length { get; }

    public string Key { get; }

    public ContentCache Cache { get; }

    /// <summary>Its owner brought compressed forms of it: those are used, and no others are made.</summary>
    public bool IsPrecompressed { get; private set; }

    public bool Compresses => !IsPrecompressed && _type.Compresses && Length is >= CompressedFiles.Smallest and <= CompressedFiles.Largest;

    public StaticFile Represent(AcceptedEncodings accepts)
    {
        if (accepts.HasFlag(AcceptedEncodings.Brotli) && Volatile.Read(ref _brotli) is { } brotli) return brotli.ToStaticFile();
        if (accepts.HasFlag(AcceptedEncodings.Gzip) && Volatile.Read(ref _gzip) is { } gzip) return gzip.ToStaticFile();
        return _plain.ToStaticFile();
    }

    /// <summary>From now on clients that accept it get this form.</summary>
    public void Offer(string encoding, long length)
    {
        var form = new Representation(this, length, encoding, () => _compressed.Open(Key, encoding));
        if (encoding == CompressedFiles.Brotli) Volatile.Write(ref _brotli, form);
        else Volatile.Write(ref _gzip, form);
    }

    /// <summary>As <see cref="Offer(string, long)"/>, with a file that lies beside this one in the layer.</summary>
    public void Offer(string encoding, LayerFile form)
    {
        IsPrecompressed = true;
        // The plain one anew: from now on its answers vary.
        _plain = new Representation(this, Length, null, OpenPlain);
        var offered = new Representation(this, form.Length, encoding, form.OpenPlain);
        if (encoding == CompressedFiles.Brotli) _brotli = offered;
        else _gzip = offered;
    }

    public SafeFileHandle? OpenPlain() => _folder.TryOpenFile(Path, out var file) ? file.Handle : null;

    /// <summary>One form of the file. Its <see cref="StaticFile"/> is made once and again when its content enters or leaves memory.</summary>
    private sealed class Representation(LayerFile file, long length, string? encoding, Func<SafeFileHandle?> open)
    {
        private readonly StaticFile _onDisk = new()
        {
            Length = length,
            ETag = encoding is null ? $"\"{file.Key}\"" : $"\"{file.Key}-{encoding}\"",
            ContentType = file._type.Value,
            CacheControl = file._cacheControl,
            Encoding = encoding,
            Varies = file.Compresses || file.IsPrecompressed,
            Open = open,
        };

        private CachedContent? _cached;
        private StaticFile? _inMemory;

        public StaticFile ToStaticFile()
        {
            if (length > ContentCache.MaxFile) return _onDisk;
            var cached = Volatile.Read(ref _cached);
            if (cached?.Content is not null && Volatile.Read(ref _inMemory) is { } ready)
            {
                file.Cache.Touch(cached);
                return ready;
            }

            return ReadIntoMemory() ?? _onDisk;
        }

        private StaticFile? ReadIntoMemory()
        {
            using var handle = open();
            if (handle is null) return null;
            var content = new byte[length];
            if (RandomAccess.Read(handle, content, 0) != length) return null;
            var ready = _onDisk with { Content = content, Open = null };
            Volatile.Write(ref _inMemory, ready);
            Volatile.Write(ref _cached, file.Cache.Add(content));
            return ready;
        }
    }
}
