using System.Globalization;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Runner.Commands;
using Slipway.Runner.Kernel;
using Slipway.Runner.Layers;

namespace Slipway.Runner.Stacks;

/// <summary>
/// Builds a stack with mmdebstrap. Logs, caches, documentation and everything else that differs from one build to the
/// next is left out, so the same packages give the same digest.
/// </summary>
internal sealed class StackBuilder(LayerStore layers, TimeProvider time)
{
    public async Task<StackInfo> BuildAsync(StackName name, PackageList list, Func<string, ValueTask> progress, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var root = layers.Begin();
        try
        {
            await progress($"Installing {list.Packages.Count} packages and what they depend on, from {DebianArchive.Sources()[0].Split(' ')[1]}.");
            await Mmdebstrap.RunAsync(root, Mmdebstrap.New, list.Packages, now, progress, cancel);
            var installed = await InstalledAsync(root, cancel);
            var copied = await HostDotnet.CopyAsync(list.FromHost, root, progress, cancel);
            StackTree.Clean(root);
            await progress($"{installed.Count} packages installed; hashing.");
            var entries = StackTree.Measure(root);
            var files = entries.Where(e => e.Kind is EntryKind.File).ToList();
            var layer = layers.Publish(root, new LayerInfo(LayerTree.Digest(entries), files.Sum(f => f.Size), files.Count, now));
            await progress($"The stack {name} has {layer.Files} files, {layer.Bytes >> 20} MiB: layer {layer.Digest.Short}.");
            return new StackInfo(name, now.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), layer.Digest, [.. installed, .. copied]);
        }
        catch
        {
            Folders.Remove(root);
            throw;
        }
    }

    private static async Task<IReadOnlyList<string>> InstalledAsync(string root, CancellationToken cancel)
    {
        var list = await new Command("/usr/bin/dpkg-query", $"--admindir={root}/var/lib/dpkg", "-W", "-f", "${Package}=${Version}\n").RunAsync(cancel);
        return [.. list.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];
    }
}
