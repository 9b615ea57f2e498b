using System.Text.RegularExpressions;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Contracts.Server;
using Slipway.Runner.Kernel;
using Slipway.Runner.Layers;

namespace Slipway.Runner.Stacks;

/// <summary>
/// What Debian packages add to a stack. They are installed over it as over a system, with all that their own scripts do;
/// what was written becomes a layer that lies on the stack's.
/// </summary>
internal sealed partial class PackageLayers(ServerConfig config, LayerStore layers, StackStore stacks, TimeProvider time)
{
    private const int MaxPackages = 100;

    // Each reads the lists of all of Debian; side by side they would only wait for each other.
    private readonly SemaphoreSlim _installing = new(1, 1);

    /// <exception cref="SlipwayException">422 for a name that is none or that Debian does not have; 409 when the stack is not there.</exception>
    public async Task<LayerInfo> BuildAsync(PackagesRequest request, Func<string, ValueTask> progress, CancellationToken cancel)
    {
        Check(request.Packages);
        var stack = stacks.All.FirstOrDefault(one => one.Name == request.Stack)
            ?? throw new SlipwayException(409, new SlipwayError("stack_missing", $"The stack {request.Stack} is not built.") { Next = "slipway deploy" });
        await _installing.WaitAsync(cancel);
        var (made, aside) = (layers.Begin(), layers.Begin());
        try
        {
            var now = time.GetUtcNow();
            await InstallAsync(layers.PathOf(stack.Layer), made, aside, request.Packages, now, progress, cancel);
            StackTree.Clean(made);
            RemoveWhiteouts(made);
            var entries = StackTree.Measure(made);
            var files = entries.Where(e => e.Kind is EntryKind.File).ToList();
            return layers.Publish(made, new LayerInfo(LayerTree.Digest(entries), files.Sum(f => f.Size), files.Count, now));
        }
        catch
        {
            Folders.Remove(made);
            throw;
        }
        finally
        {
            Folders.Remove(aside);
            _installing.Release();
        }
    }

    private async Task InstallAsync(
        string below, string made, string aside, IReadOnlyList<string> packages, DateTimeOffset now, Func<string, ValueTask> progress, CancellationToken cancel)
    {
        var (root, work) = (Path.Combine(aside, "root"), Path.Combine(aside, "work"));
        Directory.CreateDirectory(root);
        Directory.CreateDirectory(work);
        Folders.Ensure(made, 0, 0, 0x1ed);
        MountTable.Mount("overlay", root, "overlay", 0, $"lowerdir={below},upperdir={made},workdir={work}");
        try
        {
            await Mmdebstrap.RunAsync(root, Mmdebstrap.More, packages, now, progress, cancel);
        }
        finally
        {
            MountTable.UnmountBelow(root);
        }
    }

    /// <summary>A file of the stack that a package removed is there again: layers only add.</summary>
    private static void RemoveWhiteouts(string folder)
    {
        foreach (var path in Directory.EnumerateFileSystemEntries(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0, IgnoreInaccessible = false }).ToList())
            if (Libc.Status(path) is { IsDirectory: false, IsLink: false, IsFile: false }) File.Delete(path);
    }

    private void Check(IReadOnlyList<string> packages)
    {
        if (packages.Count is 0 or > MaxPackages)
            throw new SlipwayException(422, new SlipwayError("invalid_packages", $"{config.Name} installs 1 to {MaxPackages} packages at a time, not {packages.Count}."));
        foreach (var name in packages)
            if (name is null || !Name().IsMatch(name))
                throw new SlipwayException(422, new SlipwayError("invalid_packages", $"{TypedName.Quote(name)} is not the name of a Debian package."));
    }

    // No option and no other word to mmdebstrap, which takes them as one list with commas.
    [GeneratedRegex(@"\A[a-z0-9][a-z0-9+.-]{1,99}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
