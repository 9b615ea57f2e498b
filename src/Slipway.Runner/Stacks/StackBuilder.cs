using System.Globalization;
using System.Security.Cryptography;
using Slipway.Contracts.Errors;
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
    private static readonly string[] Excluded =
    [
        "path-exclude=/usr/share/man/*", "path-exclude=/usr/share/info/*", "path-exclude=/usr/share/locale/*", "path-exclude=/usr/share/doc/*",
        "path-include=/usr/share/doc/*/copyright", "path-exclude=/usr/share/lintian/*", "path-exclude=/usr/share/bug/*",
    ];

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

    public async Task<StackInfo> BuildAsync(StackName name, PackageList list, Func<string, ValueTask> progress, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var root = layers.Begin();
        try
        {
            await progress($"Installing {list.Packages.Count} packages and what they depend on, from {DebianArchive.Sources()[0].Split(' ')[1]}.");
            await InstallAsync(root, list.Packages, now, progress, cancel);
            var installed = await InstalledAsync(root, cancel);
            var copied = await HostDotnet.CopyAsync(list.FromHost, root, progress, cancel);
            Clean(root);
            await progress($"{installed.Count} packages installed; hashing.");
            var entries = Measure(root);
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

    private static async Task InstallAsync(string root, IReadOnlyList<string> packages, DateTimeOffset now, Func<string, ValueTask> progress, CancellationToken cancel)
    {
        // postgresql-common would make a database cluster while it is installed.
        var preset = root + "-preset";
        Directory.CreateDirectory(preset + "/etc/postgresql-common");
        await File.WriteAllTextAsync(preset + "/etc/postgresql-common/createcluster.conf", "create_main_cluster = false\n", cancel);
        try
        {
            var command = new Command("/usr/bin/mmdebstrap",
            [
                "--mode=root", "--variant=minbase", "--format=directory", "--keyring=" + DebianArchive.Keyring, "--include=" + string.Join(',', packages),
                .. (await DebianArchive.ProxyOptionsAsync(cancel)).Select(o => "--aptopt=" + o),
                "--aptopt=Acquire::Retries \"3\"", "--aptopt=APT::Install-Recommends \"false\"", "--dpkgopt=force-unsafe-io",
                .. Excluded.Select(e => "--dpkgopt=" + e),
                $"--essential-hook=sync-in {preset} /", DebianArchive.Suite, root, .. DebianArchive.Sources(),
            ]);
            var environment = new Dictionary<string, string>(command.Environment)
            {
                ["SOURCE_DATE_EPOCH"] = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
                ["TMPDIR"] = Path.GetDirectoryName(root)!,
            };
            foreach (var proxy in (string[])["http_proxy", "https_proxy", "no_proxy"])
            {
                if (Environment.GetEnvironmentVariable(proxy) is { } value) environment[proxy] = value;
            }

            command = command with { Environment = environment };
            var result = await command.TryRunAsync(cancel, progress);
            if (result.ExitCode != 0) throw Failed(command, result);
        }
        finally
        {
            Folders.Remove(preset);
        }
    }

    private static async Task<IReadOnlyList<string>> InstalledAsync(string root, CancellationToken cancel)
    {
        var list = await new Command("/usr/bin/dpkg-query", $"--admindir={root}/var/lib/dpkg", "-W", "-f", "${Package}=${Version}\n").RunAsync(cancel);
        return [.. list.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];
    }

    private static void Clean(string root)
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

    private static List<LayerEntry> Measure(string root)
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

    private static SlipwayException Failed(Command command, CommandResult result)
    {
        var telling = result.Tail.LastOrDefault(l => l.StartsWith("E: ", StringComparison.Ordinal)) ?? result.LastLine;
        return new SlipwayException(502, new SlipwayError("stack_not_built", "The stack could not be built from Debian packages.")
        {
            Why = telling,
            Next = "Check that this machine reaches its Debian mirror (apt-get update), then deploy again.",
            Evidence = [.. result.Tail.TakeLast(20), command.ToString()],
        });
    }
}
