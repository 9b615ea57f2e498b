using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Contracts.Server;
using Slipway.Runner.Commands;
using Slipway.Runner.Instances;
using Slipway.Runner.Kernel;

namespace Slipway.Runner.Layers;

/// <summary>
/// Makes a layer of folders that an exited build wrote: what the build itself wrote (its upper), over the source that was
/// laid out for it. Nothing runs in it any more, and no link in it is followed, so no path leads elsewhere. What the build
/// wrote is copied and hashed in one pass; what was laid becomes part of the layer as it is.
/// </summary>
internal sealed class Commit(ServerConfig config, InstanceTable table, LayerStore layers, TimeProvider time)
{
    private const string LaidPath = "/app";

    public async Task<LayerInfo> RunAsync(CommitRequest request, CancellationToken cancel)
    {
        var instance = table.Find(request.Id);
        await instance.Changing.WaitAsync(cancel);
        try
        {
            RequireExitedBuild(instance);
            var owner = request.Shared ? (0u, 0u) : ((uint)instance.Spec.Uid, (uint)instance.Spec.Uid);
            var laid = !request.IsRoot && request.Paths.Contains(LaidPath) ? ReadLaid(instance) : null;
            var deleted = new List<string>();
            // A file system's own top is the layer's top; else what was written lies in the layer where it lay in the instance.
            var top = request.IsRoot ? instance.Folder.Upper + request.Paths[0] : instance.Folder.Upper;
            var entries = request.IsRoot ? CollectRoot(top, request.Paths[0], owner) : Collect(instance, request.Paths, owner, laid is null ? null : deleted);
            Journal.Info($"committing {entries.Count} entries of {request.Id}{(laid is null ? "" : $" over {laid.Entries.Count} of its source")}");
            var made = layers.Begin();
            try
            {
                var tree = laid is null ? null : Remaining(instance, laid, entries, deleted);
                if (tree is not null) TakeLaid(instance, tree, made);
                await CopyAsync(top, made, entries, cancel);
                if (tree is not null) entries.AddRange(tree.Kept.ExceptBy(entries.Select(entry => entry.Path), entry => entry.Path));
                if (request.IsRoot) Folders.Ensure(made, (int)owner.Item1, (int)owner.Item2, 0x1ed);
                var files = entries.Where(e => e.Kind is EntryKind.File).ToList();
                var info = new LayerInfo(LayerTree.Digest(entries), files.Sum(f => f.Size), files.Count, time.GetUtcNow());
                return layers.Publish(made, info, laid is null ? null : laid with { Entries = entries });
            }
            catch
            {
                Folders.Remove(made);
                throw;
            }
        }
        finally
        {
            instance.Changing.Release();
        }
    }

    private static void RequireExitedBuild(Instance instance)
    {
        if (instance.Spec.Kind != InstanceKind.Build)
            throw new SlipwayException(409, new SlipwayError("not_a_build", $"{instance.Spec.Id} is no build, so nothing of it becomes a layer."));
        if (instance.Exit is null)
            throw new SlipwayException(409, new SlipwayError("instance_running", $"The build {instance.Spec.Id} has not exited."));
        if (!Directory.Exists(instance.Folder.Upper)) throw Lost(instance, "The server was restarted since.");
    }

    private static LayerList? ReadLaid(Instance instance)
    {
        if (instance.Spec.Laid is null) return null;
        if (!Directory.Exists(instance.Folder.Laid)) throw Lost(instance, "It became a layer already.");
        return LayerList.Read(instance.Folder.LaidList) ?? throw Lost(instance, "The list of its source's files cannot be read.");
    }

    /// <summary>The committed folders and, plain and root's, the folders above them.</summary>
    private static List<LayerEntry> Collect(Instance instance, IReadOnlyList<string> paths, (uint, uint) owner, List<string>? deleted)
    {
        var entries = new List<LayerEntry>();
        var firstNames = new Dictionary<ulong, string>();
        var above = new HashSet<string>();
        foreach (var path in paths.Order(StringComparer.Ordinal))
        {
            var parts = path[1..].Split('/');
            for (var depth = 1; depth <= parts.Length; depth++)
            {
                var relative = string.Join('/', parts[..depth]);
                var full = Path.Combine(instance.Folder.Upper, relative);
                if (Libc.Status(full) is not { IsDirectory: true } status)
                    throw LayerTree.Refused(relative, "The build left no folder there (a link to one does not count).");
                if (depth == parts.Length) entries.Add(LayerTree.Entry(full, relative, status, owner, firstNames));
                else if (above.Add(relative)) entries.Add(new LayerEntry(EntryKind.Folder, relative, 0x1ed, 0, 0, 0, null, DateTime.UnixEpoch));
            }

            LayerTree.Walk(Path.Combine(instance.Folder.Upper, path[1..]), path[1..], owner, entries, firstNames, path == LaidPath ? deleted : null);
        }

        return entries;
    }

    private LaidTree Remaining(Instance instance, LayerList laid, List<LayerEntry> written, List<string> deleted)
    {
        var tree = new LaidTree(laid.Entries);
        foreach (var path in deleted)
        {
            // It would come back from there; of a folder that was made anew (with a slash behind it), its content.
            if (instance.Spec.Layers.Any(layer => IsBelow(Path.Combine(config.LayersDirectory, layer.FileName, path.TrimEnd('/')), path.EndsWith('/'))))
                throw LayerTree.Refused(path, "It is a deleted file of a lower layer.");
            tree.Delete(path);
        }

        foreach (var entry in written) tree.WriteOver(entry);
        return tree;
    }

    private static bool IsBelow(string path, bool content) =>
        Libc.Status(path) is { } status && (!content || (status.IsDirectory && Directory.EnumerateFileSystemEntries(path).Any()));

    /// <summary>The laid source becomes the new layer by a rename: nobody looks at it through the build's root any more.</summary>
    private static void TakeLaid(Instance instance, LaidTree tree, string made)
    {
        MountTable.Unmount(instance.Folder.Root);
        Directory.Delete(made);
        Directory.Move(instance.Folder.Laid, made);
        foreach (var gone in tree.Gone)
        {
            var path = Path.Combine(made, gone.Path);
            if (gone.Kind is EntryKind.Folder) Directory.Delete(path);
            else File.Delete(path);
        }
    }

    /// <summary>The contents of one folder, which is the layer's top.</summary>
    private static List<LayerEntry> CollectRoot(string folder, string path, (uint, uint) owner)
    {
        if (Libc.Status(folder) is not { IsDirectory: true }) throw LayerTree.Refused(path[1..], "The build left no folder there (a link to one does not count).");
        var entries = new List<LayerEntry>();
        LayerTree.Walk(folder, "", owner, entries, []);
        return entries;
    }

    private static async Task CopyAsync(string from, string to, List<LayerEntry> entries, CancellationToken cancel)
    {
        foreach (var folder in entries.Where(e => e.Kind is EntryKind.Folder))
            Libc.CheckUnless(Libc.EEXIST, Libc.MakeDirectory(Path.Combine(to, folder.Path), 0x1c0), $"mkdir {folder.Path}");
        await Parallel.ForEachAsync(entries.Where(e => e.Kind is EntryKind.File), cancel, (file, _) =>
        {
            LayerCopy.File(Path.Combine(from, file.Path), Path.Combine(to, file.Path), file);
            return ValueTask.CompletedTask;
        });
        foreach (var link in entries)
        {
            var path = Path.Combine(to, link.Path);
            if (link.Kind is EntryKind.Link)
            {
                File.CreateSymbolicLink(path, link.Target!);
                Libc.Check(Libc.ChangeOwner(path, link.Uid, link.Gid), $"chown {path}");
            }
            else if (link.Kind is EntryKind.HardLink)
            {
                Libc.Check(Libc.Link(Path.Combine(to, link.Target!), path), $"link {path}");
            }
        }

        // Last, deepest first: a folder's time and mode hold once nothing is put into it any more.
        foreach (var folder in entries.Where(e => e.Kind is EntryKind.Folder).Reverse()) LayerCopy.SetAttributes(Path.Combine(to, folder.Path), folder);
    }

    private static SlipwayException Lost(Instance instance, string why) =>
        new(409, new SlipwayError("build_lost", $"What the build {instance.Spec.Id} wrote is gone.") { Why = why, Next = "slipway deploy" });
}
