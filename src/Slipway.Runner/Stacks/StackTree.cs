using System.Security.Cryptography;
using Slipway.Runner.Kernel;
using Slipway.Runner.Layers;

namespace Slipway.Runner.Stacks;

/// <summary>A folder of installed packages on its way to become a layer.</summary>
internal static class StackTree
{
    /// <summary>What is there for the machine and the moment of the build, or holds a secret made while installing.</summary>
    private static readonly string[] Emptied =
    [
        "dev", "proc", "sys", "run", "tmp", "var/tmp", "var/log", "var/cache", "var/lib/apt/lists", "var/lib/postgresql", "etc/postgresql", "etc/ssl/private",
    ];

    private static readonly string[] Removed =
    [
        "etc/machine-id", "etc/hostname", "etc/resolv.conf", "var/lib/dpkg/status-old", "var/lib/dpkg/available-old", "var/lib/dpkg/diversions-old",
        "var/lib/dpkg/statoverride-old", "var/lib/dbus/machine-id", "etc/ssl/certs/ssl-cert-snakeoil.pem", "etc/passwd-", "etc/group-", "etc/shadow-", "etc/gshadow-",
    ];

    public static void Clean(string root)
    {
        MountTable.UnmountBelow(root);
        foreach (var folder in Emptied.Select(f => Path.Combine(root, f)).Where(f => Libc.Status(f) is { IsDirectory: true }))
        {
            foreach (var entry in Directory.EnumerateFileSystemEntries(folder).ToList())
            {
                if (Libc.Status(entry) is { IsDirectory: true }) Directory.Delete(entry, recursive: true);
                else File.Delete(entry);
            }
        }

        foreach (var file in Removed.Select(f => Path.Combine(root, f)).Where(f => Libc.Status(f) is not null)) File.Delete(file);
    }

    public static List<LayerEntry> Measure(string root)
    {
        var entries = new List<LayerEntry>();
        LayerTree.Walk(root, "", owner: null, entries, []);
        Libc.Check(Libc.ChangeMode(root, 0x1ed), $"chmod {root}");
        Parallel.ForEach(entries.Where(e => e.Kind is EntryKind.File), file =>
        {
            var path = Path.Combine(root, file.Path);
            using (var content = File.OpenRead(path)) file.Content = Convert.ToHexStringLower(SHA256.HashData(content));

            // What counts is what is there: set-uid bits do not, so they go.
            Libc.Check(Libc.ChangeMode(path, file.Mode), $"chmod {path}");
        });
        return entries;
    }
}
