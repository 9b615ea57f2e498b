using System.Collections.Concurrent;
using System.Text.Json;
using Slipway.Contracts;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Contracts.Server;
using Slipway.Runner.Commands;
using Slipway.Runner.Kernel;

namespace Slipway.Runner.Layers;

/// <summary>
/// Layers on disk: <c>HOME/layers/sha256-…</c>, a folder, with <c>sha256-….json</c> beside it saying how big it is,
/// and for some <c>sha256-….list</c>, what is in it. The folder appears last and whole, by a rename; it is never changed after.
/// </summary>
internal sealed class LayerStore(ServerConfig config)
{
    private const string ListSuffix = ".list";

    private readonly ConcurrentDictionary<Digest, LayerInfo> _all = new();
    private readonly Lock _changing = new();
    private readonly List<string> _halfMade = [];

    public string PathOf(Digest digest) => Path.Combine(config.LayersDirectory, digest.FileName);

    /// <summary>What is in a layer that was built on a laid source; null when that is not known.</summary>
    public LayerList? ListOf(Digest digest) => _all.ContainsKey(digest) ? LayerList.Read(PathOf(digest) + ListSuffix) : null;

    public IReadOnlyList<LayerInfo> All => [.. _all.Values.OrderBy(l => l.CreatedAt)];

    /// <summary>Reads what is there.</summary>
    public void Load()
    {
        foreach (var entry in Directory.EnumerateFileSystemEntries(config.LayersDirectory).ToList())
        {
            var name = Path.GetFileName(entry);
            if (name[0] == '.')
            {
                _halfMade.Add(entry);
            }
            else if (name.EndsWith(".json", StringComparison.Ordinal))
            {
                var info = JsonSerializer.Deserialize(File.ReadAllBytes(entry), ContractsJson.Default.LayerInfo)!;
                if (Directory.Exists(PathOf(info.Digest))) _all[info.Digest] = info;
                else File.Delete(entry);
            }
            else if (name.EndsWith(ListSuffix, StringComparison.Ordinal) && !Directory.Exists(entry[..^ListSuffix.Length]))
            {
                File.Delete(entry);
            }
        }
    }

    /// <summary>Removes what a crash left half made. That can be a whole stack, which takes a while on a busy disk: nobody waits for it.</summary>
    public void RemoveHalfMade()
    {
        foreach (var entry in _halfMade) RemoveHalfMade(entry);
        _halfMade.Clear();
    }

    /// <summary>A stack's build may outlive the runner that began it and still write; then it is removed the next time.</summary>
    private static void RemoveHalfMade(string entry)
    {
        Journal.Info($"removing the half-made layer {entry}");
        try
        {
            if (Directory.Exists(entry)) Folders.Remove(entry);
            else File.Delete(entry);
        }
        catch (IOException e)
        {
            Journal.Warn($"{entry} stays for now: {e.Message}");
        }
    }

    /// <exception cref="SlipwayException">409 <c>layer_missing</c>.</exception>
    public void Require(IEnumerable<Digest> digests)
    {
        foreach (var digest in digests)
        {
            if (!_all.ContainsKey(digest))
                throw new SlipwayException(409, new SlipwayError("layer_missing", $"There is no layer {digest.Short}.") { Next = "Deploy the source again: it rebuilds the layer." });
        }
    }

    /// <summary>A folder beside the layers to make one in.</summary>
    public string Begin()
    {
        var path = Path.Combine(config.LayersDirectory, $".tmp-{Guid.NewGuid():n}");
        Directory.CreateDirectory(path);
        return path;
    }

    /// <summary>
    /// Gives a finished folder its name; when there is a layer of the same content, that one stays. What has its name survives
    /// a power cut whole: the files are on the disk before the name is, and both before a release is told of them.
    /// </summary>
    public LayerInfo Publish(string made, LayerInfo info, LayerList? list = null)
    {
        var isNew = !_all.ContainsKey(info.Digest);
        if (isNew) Folders.FlushAll(made);
        lock (_changing)
        {
            // Also beside one that is there: of equal content, and from the newer source, which is there for longer.
            list?.Write(PathOf(info.Digest) + ListSuffix);
            if (_all.TryGetValue(info.Digest, out var present))
            {
                Folders.Remove(made);
                return present;
            }

            if (!isNew) Folders.FlushAll(made); // the one that was there has gone meanwhile
            Folders.Write(PathOf(info.Digest) + ".json", JsonSerializer.SerializeToUtf8Bytes(info, ContractsJson.Default.LayerInfo));
            Directory.Move(made, PathOf(info.Digest));
            Folders.FlushNames(config.LayersDirectory);
            return _all[info.Digest] = info;
        }
    }

    /// <param name="users">Layers in use, asked after the layer is out of reach for new instances.</param>
    public void Remove(Digest digest, Func<IEnumerable<Digest>> users)
    {
        if (!_all.TryRemove(digest, out var info)) return;
        if (users().Contains(digest))
        {
            _all[digest] = info;
            throw new SlipwayException(409, new SlipwayError("layer_in_use", $"The layer {digest.Short} is in use.") { Why = "An instance or a stack stands on it." });
        }

        lock (_changing)
        {
            Journal.Did($"rm -rf {PathOf(digest)}");
            var aside = Path.Combine(config.LayersDirectory, $".removed-{digest.FileName}");
            Folders.Remove(aside);
            Directory.Move(PathOf(digest), aside);
            File.Delete(PathOf(digest) + ".json");
            File.Delete(PathOf(digest) + ListSuffix);
            Folders.Remove(aside);
        }
    }
}
