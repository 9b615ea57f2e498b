using Slipway.Runner.Commands;
using Slipway.Runner.Kernel;

namespace Slipway.Runner.Roots;

/// <summary>Sparse ext4 images: what limits how much an instance or a volume may write.</summary>
internal static class DiskImage
{
    /// <summary>
    /// A scratch disk is gone with its instance, so it has no journal; formatting takes tens of milliseconds, so an empty
    /// one is kept for each size, and copied: a copy is sparse as well, a few hundred kilobytes.
    /// </summary>
    public static async Task CreateScratchAsync(string templates, string image, long bytes, CancellationToken cancel)
    {
        var template = Path.Combine(templates, $"scratch-{bytes}.img");
        if (!File.Exists(template))
        {
            Directory.CreateDirectory(templates);
            var aside = Path.Combine(templates, $".{Guid.NewGuid():n}.img");
            await FormatAsync(aside, bytes, ["-O", "^has_journal,^resize_inode", "-E", "lazy_itable_init=1,root_owner=0:0"], cancel);
            File.Move(aside, template, overwrite: true);
        }

        CopySparse(template, image);
    }

    /// <summary>A volume's image has a journal: it must be whole after any crash.</summary>
    public static async Task CreateVolumeAsync(string image, long bytes, CancellationToken cancel)
    {
        var aside = image + ".new";
        File.Delete(aside);
        await FormatAsync(aside, bytes, ["-E", "lazy_itable_init=1,lazy_journal_init=1,root_owner=0:0"], cancel);
        File.Move(aside, image);
    }

    private static async Task FormatAsync(string image, long bytes, string[] options, CancellationToken cancel)
    {
        using (var file = new FileStream(image, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
            file.SetLength(bytes);
        await new Command("/usr/sbin/mkfs.ext4", ["-q", "-F", "-m", "0", .. options, image]).RunAsync(cancel);
    }

    /// <summary>Bytes in use on the file system mounted at a folder; 0 when there is none.</summary>
    public static unsafe long UsedBytes(string mounted)
    {
        Libc.FileSystemStatus status;
        return Libc.StatVfs(mounted, &status) == 0 ? (long)((status.Blocks - status.BlocksFree) * status.FragmentSize) : 0;
    }

    /// <summary>Copies only what is not a hole.</summary>
    private static void CopySparse(string from, string to)
    {
        const int seekData = 3, seekHole = 4;
        Journal.Did($"cp --sparse=always {from} {to}");
        using var source = File.OpenHandle(from);
        using var target = File.OpenHandle(to, FileMode.Create, FileAccess.Write);
        RandomAccess.SetLength(target, RandomAccess.GetLength(source));
        var fd = (int)source.DangerousGetHandle();
        var buffer = new byte[64 * 1024];
        for (var at = Libc.Seek(fd, 0, seekData); at >= 0;)
        {
            var end = Libc.Seek(fd, at, seekHole);
            while (at < end)
            {
                var read = RandomAccess.Read(source, buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - at)), at);
                if (read == 0) break;
                RandomAccess.Write(target, buffer.AsSpan(0, read), at);
                at += read;
            }

            at = Libc.Seek(fd, end, seekData);
        }
    }
}
