using System.Buffers;
using System.Security.Cryptography;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Runner.Commands;
using Slipway.Runner.Instances;
using Slipway.Runner.Kernel;

namespace Slipway.Runner.Layers;

/// <summary>
/// Makes a layer of folders that an exited build wrote. Only what the build itself wrote counts (its upper); nothing
/// runs in it any more, and no link in it is followed, so no path leads elsewhere. Files are copied and hashed in one pass.
/// </summary>
internal sealed class Commit(InstanceTable table, LayerStore layers, TimeProvider time)
{
    public async Task<LayerInfo> RunAsync(CommitRequest request, CancellationToken cancel)
    {
        var instance = table.Find(request.Id);
        await instance.Changing.WaitAsync(cancel);
        try
        {
            RequireExitedBuild(instance);
            var owner = request.Shared ? (0u, 0u) : ((uint)instance.Spec.Uid, (uint)instance.Spec.Uid);
            var entries = Collect(instance, request.Paths, owner);
            Journal.Info($"committing {entries.Count} entries of {request.Id}");
            var made = layers.Begin();
            try
            {
                await CopyAsync(instance.Folder.Upper, made, entries, cancel);
                var files = entries.Where(e => e.Kind is EntryKind.File).ToList();
                return layers.Publish(made, new LayerInfo(LayerTree.Digest(entries), files.Sum(f => f.Size), files.Count, time.GetUtcNow()));
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
        if (!Directory.Exists(instance.Folder.Upper))
            throw new SlipwayException(409, new SlipwayError("build_lost", $"What the build {instance.Spec.Id} wrote is gone.") { Why = "The server was restarted since.", Next = "slipway deploy" });
    }

    /// <summary>The committed folders and, plain and root's, the folders above them.</summary>
    private static List<LayerEntry> Collect(Instance instance, IReadOnlyList<string> paths, (uint, uint) owner)
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

            LayerTree.Walk(Path.Combine(instance.Folder.Upper, path[1..]), path[1..], owner, entries, firstNames);
        }

        return entries;
    }

    private static async Task CopyAsync(string from, string to, List<LayerEntry> entries, CancellationToken cancel)
    {
        foreach (var folder in entries.Where(e => e.Kind is EntryKind.Folder)) Libc.Check(Libc.MakeDirectory(Path.Combine(to, folder.Path), 0x1c0), $"mkdir {folder.Path}");
        await Parallel.ForEachAsync(entries.Where(e => e.Kind is EntryKind.File), cancel, (file, _) =>
        {
            CopyFile(Path.Combine(from, file.Path), Path.Combine(to, file.Path), file);
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
        foreach (var folder in entries.Where(e => e.Kind is EntryKind.Folder).Reverse()) SetAttributes(Path.Combine(to, folder.Path), folder);
    }

    private static void CopyFile(string from, string to, LayerEntry entry)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(256 * 1024);
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            using (var source = File.OpenHandle(from))
            using (var target = File.OpenHandle(to, FileMode.CreateNew, FileAccess.Write, preallocationSize: entry.Size))
            {
                for (long at = 0; RandomAccess.Read(source, buffer, at) is > 0 and var read; at += read)
                {
                    hash.AppendData(buffer, 0, read);
                    RandomAccess.Write(target, buffer.AsSpan(0, read), at);
                }
            }

            entry.Content = Convert.ToHexStringLower(hash.GetHashAndReset());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        SetAttributes(to, entry);
    }

    private static void SetAttributes(string path, LayerEntry entry)
    {
        Libc.Check(Libc.ChangeOwner(path, entry.Uid, entry.Gid), $"chown {path}");
        Libc.Check(Libc.ChangeMode(path, entry.Mode), $"chmod {path}");
        if (entry.Kind is EntryKind.Folder) Directory.SetLastWriteTimeUtc(path, entry.Modified);
        else File.SetLastWriteTimeUtc(path, entry.Modified);
    }
}
