using System.Collections.Concurrent;
using Slipway.Contracts.Routing;

namespace Slipway.Edge.StaticFiles;

/// <summary>The folders of all mounts. A layer's index is made once and kept while any revision uses the layer.</summary>
internal sealed class StaticFolders(ContentCache cache, CompressedFiles compressed, Action<string> complain)
{
    private readonly ConcurrentDictionary<(string Directory, StaticKind Kind, string Caching), IStaticFolder> _folders = new();

    public IStaticFolder For(StaticMount mount) => _folders.GetOrAdd((mount.Directory, mount.Kind, CachePolicy.Shortly), Open);

    public IStaticFolder For(StaticSite site) => _folders.GetOrAdd((site.Directory, StaticKind.Layer, CachePolicy.AskFirst), Open);

    public void KeepOnly(IEnumerable<IStaticFolder> used)
    {
        var kept = used.ToHashSet();
        // Not disposed: a request may be reading from it. Its handle closes with the last reference.
        foreach (var (key, folder) in _folders)
            if (!kept.Contains(folder)) _folders.TryRemove(key, out _);
        compressed.Prepare([.. kept.OfType<LayerFolder>()]);
    }

    private IStaticFolder Open((string Directory, StaticKind Kind, string Caching) mount)
    {
        if (mount.Kind is StaticKind.Volume) return new VolumeFolder(mount.Directory);
        var folder = LayerFolder.TryIndex(mount.Directory, mount.Caching, cache, compressed);
        if (folder is not null) return folder;
        complain($"{mount.Directory} cannot be read; requests for its files find none.");
        return LayerFolder.Empty;
    }
}
