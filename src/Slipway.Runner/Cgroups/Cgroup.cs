using System.Globalization;
using Slipway.Contracts.Runner;
using Slipway.Runner.Kernel;

namespace Slipway.Runner.Cgroups;

/// <summary>
/// One instance's cgroup, <c>/NAME/ID</c>: version 2, or version 1 where the same path exists below each controller.
/// The OCI runtime makes it; here it is read, emptied and removed.
/// </summary>
internal sealed class Cgroup(string path)
{
    private const string Root = "/sys/fs/cgroup";

    public static int Version { get; } = File.Exists(Root + "/cgroup.controllers") ? 2 : 1;

    /// <summary>Swap is limited only where the kernel accounts for it.</summary>
    public static bool LimitsSwap { get; } = Version == 2 || File.Exists(Root + "/memory/memory.memsw.limit_in_bytes");

    /// <summary>As the OCI configuration names it.</summary>
    public string Path => path;

    /// <summary>In version 1 also the empty hierarchy of version 2 that some hosts have beside, for runc makes its folder there as well.</summary>
    private static IEnumerable<string> Hierarchies => Version == 2 ? [Root] : Directory.EnumerateDirectories(Root);

    private string Folder(string controller) => Version == 2 ? Root + path : $"{Root}/{controller}{path}";

    public static IEnumerable<string> Names(string server)
    {
        var folder = Version == 2 ? $"{Root}/{server}" : $"{Root}/pids/{server}";
        return Directory.Exists(folder) ? Directory.EnumerateDirectories(folder).Select(d => System.IO.Path.GetFileName(d)!) : [];
    }

    public IReadOnlyList<int> Pids() =>
        [.. ReadLines(Folder("pids") + "/cgroup.procs").Select(l => int.Parse(l, CultureInfo.InvariantCulture))];

    /// <summary>How often the kernel killed one of its processes for memory.</summary>
    public int OomKills() => (int)(Version == 2
        ? Field(Folder("memory") + "/memory.events", "oom_kill")
        : Field(Folder("memory") + "/memory.oom_control", "oom_kill"));

    public InstanceStats Read(long diskBytes) => Version == 2
        ? new(Number(Folder("memory") + "/memory.current") - Field(Folder("memory") + "/memory.stat", "inactive_file"),
            Field(Folder("cpu") + "/cpu.stat", "usage_usec") * 1000, (int)Number(Folder("pids") + "/pids.current"), OomKills(), diskBytes)
        : new(Number(Folder("memory") + "/memory.usage_in_bytes") - Field(Folder("memory") + "/memory.stat", "total_inactive_file"),
            Number(Folder("cpuacct") + "/cpuacct.usage"), (int)Number(Folder("pids") + "/pids.current"), OomKills(), diskBytes);

    /// <summary>Kills every process in it, also those that fork meanwhile: version 2 does it at once, else until none is left.</summary>
    public async Task KillAsync(CancellationToken cancel)
    {
        var atOnce = Folder("pids") + "/cgroup.kill";
        if (Version == 2 && File.Exists(atOnce)) await File.WriteAllTextAsync(atOnce, "1", cancel);
        for (var round = 0; round < 200; round++)
        {
            var pids = Pids();
            if (pids.Count == 0) return;
            foreach (var pid in pids) Libc.Kill(pid, Libc.SIGKILL);
            await Task.Delay(round < 20 ? 5 : 50, cancel);
        }
    }

    /// <summary>Removes it; what is not there is no error.</summary>
    public void Remove()
    {
        foreach (var hierarchy in Hierarchies)
        {
            var folder = hierarchy + path;
            if (!Directory.Exists(folder)) continue;
            foreach (var child in Directory.GetDirectories(folder, "*", SearchOption.AllDirectories).OrderByDescending(d => d.Length)) Rmdir(child);
            Rmdir(folder);
        }
    }

    /// <summary>A cgroup's files cannot be unlinked, so only rmdir(2) will do; a process that is just dying delays it.</summary>
    private static void Rmdir(string folder)
    {
        for (var round = 0; Libc.RemoveDirectory(folder) != 0 && round < 50; round++)
        {
            if (System.Runtime.InteropServices.Marshal.GetLastPInvokeError() != Libc.EBUSY) return;
            Thread.Yield();
        }
    }

    private static long Number(string file) =>
        ReadLines(file).Select(l => long.TryParse(l, CultureInfo.InvariantCulture, out var n) ? n : 0).FirstOrDefault();

    private static long Field(string file, string name) =>
        ReadLines(file).Where(l => l.StartsWith(name + " ", StringComparison.Ordinal))
            .Select(l => long.Parse(l.AsSpan(name.Length + 1), CultureInfo.InvariantCulture)).FirstOrDefault();

    /// <returns>Nothing when the cgroup has gone meanwhile.</returns>
    private static string[] ReadLines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or IOException { HResult: 19 })
        {
            return [];
        }
    }
}
