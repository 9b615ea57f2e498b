using System.ComponentModel;
using System.IO.Enumeration;
using System.Runtime.ExceptionServices;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Contracts.Server;
using Slipway.Runner.Commands;
using Slipway.Runner.Instances;
using Slipway.Runner.Kernel;

namespace Slipway.Runner.Layers;

/// <summary>
/// Lays a source out as the <c>/app</c> that a build finds. Two sources share the files that did not change between them
/// (slipwayd links them), and so do the layers built from them: of ten thousand files of which one changed, one is copied.
/// </summary>
internal sealed class Layout(ServerConfig config, LayerStore layers)
{
    private const string App = "app";
    private const uint FolderMode = 0x1ed, ProgramMode = 0x1ed, FileMode = 0x1a4;
    private const int OpenFolder = Libc.O_RDONLY | Libc.O_DIRECTORY, OpenFile = Libc.O_RDONLY | Libc.O_NOFOLLOW | Libc.O_NONBLOCK;

    public void Lay(InstanceFolder folder, InstanceSpec spec)
    {
        if (spec.Laid is not { } laid) return;
        var home = Libc.Check(Libc.Open(config.Home, Libc.O_PATH | Libc.O_DIRECTORY | Libc.O_CLOEXEC, 0), $"open {config.Home}");
        int from = -1, before = -1;
        try
        {
            from = OpenSource(home, laid.Source, laid.Folder);
            if (from < 0) throw new SlipwayException(409, new SlipwayError("source_missing", $"There is no source {laid.Source.Short}, or no folder '{laid.Folder}' in it."));
            var previous = laid.Previous is { } layer ? layers.ListOf(layer) : null;
            // As long as the earlier source is there as well, a file that is the same in both is known by its number alone.
            if (previous is not null) before = OpenSource(home, previous.Source, previous.Folder);
            var pass = new Pass(folder.Laid, (uint)spec.Uid, laid, before < 0 ? [] : Reusable(previous!, spec.Uid), laid.Previous is { } one ? layers.PathOf(one) : "");
            Folders.Ensure(folder.Laid, 0, 0, FolderMode);
            pass.Folder(from, before, "", App);
            new LayerList(laid.Source, laid.Folder, pass.Entries).Write(folder.LaidList);
            Journal.Info($"laid {pass.Entries.Count} entries of {laid.Source.Short} for {spec.Id}: {pass.Copied} copied, {pass.Linked} taken from {laid.Previous?.Short ?? "nowhere"}");
        }
        finally
        {
            foreach (var open in (int[])[before, from, home])
                if (open >= 0) Libc.Close(open);
        }
    }

    private int OpenSource(int home, Digest source, string folder)
    {
        var relative = Path.GetRelativePath(config.Home, Path.Combine(config.SourcesDirectory, source.FileName));
        return Beneath.TryOpen(home, folder.Length == 0 ? relative : $"{relative}/{folder}", OpenFolder);
    }

    private static Dictionary<string, LayerEntry> Reusable(LayerList previous, int uid) => previous.Entries
        .Where(entry => entry.Kind is EntryKind.File && entry.Laid && entry.Uid == uid)
        .ToDictionary(entry => entry.Path, StringComparer.Ordinal);

    /// <summary>One laying out: walks the source, links what it can, and copies the rest.</summary>
    private sealed class Pass(string target, uint uid, LaidSource laid, Dictionary<string, LayerEntry> reusable, string layer)
    {
        public List<LayerEntry> Entries { get; } = [];

        public int Copied { get; private set; }

        public int Linked { get; private set; }

        /// <param name="from">The open folder.</param>
        /// <param name="before">The same folder of the earlier source; below zero where there is none.</param>
        /// <param name="relative">Its path in the source, with a slash after it.</param>
        /// <param name="path">Its path in the layer.</param>
        public void Folder(int from, int before, string relative, string path)
        {
            Libc.Check(Libc.MakeDirectory(Path.Combine(target, path), FolderMode), $"mkdir {path}");
            Libc.Check(Libc.ChangeOwner(Path.Combine(target, path), uid, uid), $"chown {path}");
            Entries.Add(Entry(EntryKind.Folder, path, FolderMode));
            var copies = new List<(string Name, LayerEntry Entry)>();
            foreach (var name in Names(from))
            {
                if (laid.LeftOut.Contains(name) || (relative.Length == 0 && laid.LeftOut.Contains("/" + name))) continue;
                var (inside, at) = (relative + name, $"{path}/{name}");
                if (Libc.Status(from, name) is not { } status) continue;
                if (status.IsDirectory) Below(from, before, name, inside + "/", at);
                else if (status.IsLink) Link(from, name, at);
                else if (!status.IsFile) throw LayerTree.Refused(inside, "It is a device, a socket or a pipe.");
                else if (Taken(before, name, at, status) is { } taken) Entries.Add(taken);
                else copies.Add((name, Entry(EntryKind.File, at, ModeOf(status)) with { Size = status.Size, Modified = DateTime.UtcNow }));
            }

            try
            {
                Parallel.ForEach(copies, copy => Copy(from, copy.Name, copy.Entry));
            }
            catch (AggregateException e)
            {
                ExceptionDispatchInfo.Throw(e.InnerExceptions[0]); // why one of them was refused, and not that several ran at once
            }

            Entries.AddRange(copies.Select(copy => copy.Entry));
            Copied += copies.Count;
        }

        private void Below(int from, int before, string name, string inside, string at)
        {
            var child = Beneath.Open(from, name, OpenFolder);
            var earlier = before < 0 ? -1 : Beneath.TryOpen(before, name, OpenFolder);
            try
            {
                Folder(child, earlier, inside, at);
            }
            finally
            {
                if (earlier >= 0) Libc.Close(earlier);
                Libc.Close(child);
            }
        }

        /// <summary>The content is read from what was opened below the source, and from nowhere else.</summary>
        private void Copy(int from, string name, LayerEntry entry)
        {
            var content = Beneath.Open(from, name, OpenFile);
            try
            {
                if (LayerCopy.File(Beneath.PathOf(content), Path.Combine(target, entry.Path), entry) != entry.Size)
                    throw LayerTree.Refused(entry.Path, "It changed while it was read.");
            }
            finally
            {
                Libc.Close(content);
            }
        }

        private void Link(int from, string name, string at)
        {
            var text = new FileInfo($"{Beneath.PathOf(from)}/{name}").LinkTarget ?? throw LayerTree.Refused(at, "It changed while it was read.");
            File.CreateSymbolicLink(Path.Combine(target, at), text);
            Libc.Check(Libc.ChangeOwner(Path.Combine(target, at), uid, uid), $"chown {at}");
            Entries.Add(Entry(EntryKind.Link, at, 0) with { Target = text });
        }

        /// <returns>Null where the file must be copied, also because the earlier one has as many names as the file system allows.</returns>
        private LayerEntry? Taken(int before, string name, string at, Libc.FileStatus status)
        {
            if (before < 0 || !reusable.TryGetValue(at, out var known) || known.Mode != ModeOf(status)) return null;
            if (Libc.Status(before, name) is not { IsFile: true } earlier || earlier.Inode != status.Inode) return null;
            if (Libc.Link(Path.Combine(layer, at), Path.Combine(target, at)) < 0) return null;
            Linked++;
            return known;
        }

        private static uint ModeOf(Libc.FileStatus status) => (status.Mode & 0x40) != 0 ? ProgramMode : FileMode;

        private LayerEntry Entry(EntryKind kind, string path, uint mode) => new(kind, path, mode, uid, uid, 0, null, DateTime.UnixEpoch) { Laid = true };

        private static IEnumerable<string> Names(int folder) =>
            new FileSystemEnumerable<string>(
                Beneath.PathOf(folder), (ref entry) => entry.FileName.ToString(), new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = false })
            .Order(StringComparer.Ordinal).ToList();
    }
}
