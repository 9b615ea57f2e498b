using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Contracts.Server;
using Slipway.Runner.Commands;
using Slipway.Runner.Kernel;
using Slipway.Runner.Roots;

namespace Slipway.Runner.Volumes;

/// <summary>
/// Volumes: <c>HOME/volumes/APP/NAME</c>. One with a size is a disk image, <c>APP/.NAME.img</c>, mounted there; one
/// without is a plain folder.
/// </summary>
internal sealed class VolumeStore(ServerConfig config)
{
    private readonly SemaphoreSlim _changing = new(1, 1);

    public string PathOf(AppName app, VolumeName name) => Path.Combine(config.VolumesDirectory, app.Value, name.Value);

    /// <summary>Mounts the images that a reboot unmounted.</summary>
    public void MountAll()
    {
        var mounted = MountTable.Points().ToHashSet();
        foreach (var image in Directory.EnumerateFiles(config.VolumesDirectory, ".*.img", SearchOption.AllDirectories))
        {
            var path = Path.Combine(Path.GetDirectoryName(image)!, Path.GetFileName(image)[1..^".img".Length]);
            if (!mounted.Contains(path) && Directory.Exists(path)) LoopDevice.Mount(image, path, "errors=remount-ro");
        }
    }

    public async Task CreateAsync(VolumeRequest request, CancellationToken cancel)
    {
        await _changing.WaitAsync(cancel);
        try
        {
            var path = PathOf(request.App, request.Name);
            var image = Image(path);
            Folders.Ensure(Path.GetDirectoryName(path)!, 0, 0, 0x1c9);
            if (request.SizeBytes == 0)
            {
                if (!Directory.Exists(path)) Publish(path, request.Uid);
                return;
            }

            if (!File.Exists(image))
            {
                if (Directory.Exists(path)) return;
                await DiskImage.CreateVolumeAsync(image, request.SizeBytes, cancel);
            }

            // From here on a crash is mended by asking again: each step looks at what is there.
            if (MountTable.Points().Contains(path)) return;
            Directory.CreateDirectory(path);
            LoopDevice.Mount(image, path, "errors=remount-ro");
            if (Libc.Status(path) is { Uid: 0 }) Folders.Ensure(path, request.Uid, request.Uid, 0x1ed);
        }
        finally
        {
            _changing.Release();
        }
    }

    public async Task RemoveAsync(VolumeRequest request, bool inUse, CancellationToken cancel)
    {
        if (inUse)
        {
            throw new SlipwayException(409, new SlipwayError("volume_in_use", $"The volume {request.Name} of {request.App} is mounted in an instance.")
            {
                Next = "Stop and remove the app's instances first.",
            });
        }

        await _changing.WaitAsync(cancel);
        try
        {
            var path = PathOf(request.App, request.Name);
            if (!Directory.Exists(Path.GetDirectoryName(path))) return;
            if (MountTable.Points().Contains(path)) MountTable.Unmount(path);
            Journal.Did($"rm -rf {path} {Image(path)}");
            File.Delete(Image(path));
            Folders.Remove(path);
            var parent = Path.GetDirectoryName(path)!;
            if (Directory.Exists(parent) && !Directory.EnumerateFileSystemEntries(parent).Any()) Directory.Delete(parent);
        }
        finally
        {
            _changing.Release();
        }
    }

    private static string Image(string path) => Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.img");

    private static void Publish(string path, int uid)
    {
        var aside = Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.new");
        Folders.Ensure(aside, uid, uid, 0x1ed);
        Directory.Move(aside, path);
    }
}
