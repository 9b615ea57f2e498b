using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Slipway.Runner.Commands;

namespace Slipway.Runner.Kernel;

/// <summary>What is mounted, as the kernel says; and mounting, each call noted as the command that does the same.</summary>
internal static partial class MountTable
{
    public static void Mount(string source, string target, string type, nuint flags, string? data)
    {
        Journal.Did($"mount -t {type} {(data is null ? "" : $"-o {data} ")}{source} {target}");
        Libc.Check(Libc.Mount(source, target, type, flags, data), $"mount {type} at {target}");
    }

    /// <summary>Shows <paramref name="source"/> at <paramref name="target"/> too, without devices and set-uid programs.</summary>
    public static void Bind(string source, string target, bool readOnly)
    {
        Journal.Did($"mount --bind -o nosuid,nodev{(readOnly ? ",ro" : "")} {source} {target}");
        Libc.Check(Libc.Mount(source, target, null, Libc.MS_BIND, null), $"bind {source} at {target}");
        var flags = Libc.MS_BIND | Libc.MS_REMOUNT | Libc.MS_NOSUID | Libc.MS_NODEV | (readOnly ? Libc.MS_RDONLY : 0);
        Libc.Check(Libc.Mount(null, target, null, flags, null), $"remount {target}");
    }

    /// <summary>Unmounts everything at and below a folder, last mounted first.</summary>
    public static void UnmountBelow(string folder)
    {
        foreach (var point in Points().Where(p => p == folder || p.StartsWith(folder + "/", StringComparison.Ordinal)).Reverse())
            Unmount(point);
    }

    public static void Unmount(string point)
    {
        Journal.Did($"umount {point}");
        if (Libc.Unmount(point, Libc.UMOUNT_NOFOLLOW) == 0) return;
        var error = Marshal.GetLastPInvokeError();
        if (error is Libc.EINVAL or Libc.ENOENT) return;
        if (error != Libc.EBUSY) throw new Win32Exception(error, $"umount {point}: {Marshal.GetPInvokeErrorMessage(error)}");

        // Someone looks into it: out of the tree now, gone when they close it.
        Journal.Did($"umount --lazy {point}");
        Libc.Check(Libc.Unmount(point, Libc.UMOUNT_NOFOLLOW | Libc.MNT_DETACH), $"umount {point}");
    }

    /// <summary>Mount points in the order in which they were mounted.</summary>
    public static IReadOnlyList<string> Points() =>
        [.. File.ReadLines("/proc/self/mountinfo").Select(line => Unescape(line.Split(' ')[4]))];

    private static string Unescape(string path) =>
        path.Contains('\\') ? Octal().Replace(path, m => ((char)Convert.ToInt32(m.Groups[1].Value, 8)).ToString()) : path;

    [GeneratedRegex(@"\\([0-7]{3})", RegexOptions.CultureInvariant)]
    private static partial Regex Octal();
}
