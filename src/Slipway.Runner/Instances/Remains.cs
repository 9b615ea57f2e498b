using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Contracts.Server;
using Slipway.Runner.Cgroups;
using Slipway.Runner.Commands;
using Slipway.Runner.Kernel;
using Slipway.Runner.Networks;
using Slipway.Runner.Oci;

namespace Slipway.Runner.Instances;

/// <summary>
/// Takes away what an instance left: one way for a removed one, one that failed to start, and what a crash left behind.
/// Every step looks at the machine, not at memory, and doing it twice is no error.
/// </summary>
internal sealed class Remains(ServerConfig config, OciRuntime runtime, Conmon conmon, Bridge bridge, Firewall firewall)
{
    public string FolderOf(string id) => Path.Combine(config.InstancesDirectory, id);

    /// <param name="id">A folder's or cgroup's name: an instance's id, or what looks like one.</param>
    /// <param name="mayRun">Its container or monitor may be alive.</param>
    public async Task RemoveAsync(string id, bool mayRun, CancellationToken cancel)
    {
        var folder = FolderOf(id);
        var cgroup = CgroupOf(id);
        if (mayRun)
        {
            await cgroup.KillAsync(cancel);
            if (conmon.Alive().TryGetValue(id, out var monitor)) await EndMonitorAsync(id, monitor, cancel);
        }

        await runtime.DeleteAsync(id, cancel);
        cgroup.Remove();
        await RemoveNetworkAsync(folder, cancel);

        MountTable.UnmountBelow(folder);
        File.Delete(Path.Combine(conmon.ExitDirectory, id));
        var sockets = Path.Combine(config.InstanceSocketsDirectory, id);
        MountTable.UnmountBelow(sockets);
        Folders.Remove(sockets);
        if (!Directory.Exists(folder)) return;

        // Out of sight at once; a crash in the middle of the deletion leaves only a dotted folder.
        var aside = FolderOf($".removed-{id}");
        Folders.Remove(aside);
        Directory.Move(folder, aside);
        Folders.Remove(aside);
    }

    public Cgroup CgroupOf(string id) => new($"/{config.Name}/{id}");

    /// <summary>The links that an instance's address has in the firewall.</summary>
    public IReadOnlyList<Link> LinksOf(InstanceSpec spec, string? address) =>
        address is null ? [] : [.. spec.Links.Values.Distinct().Select(number => new Link(address, bridge.AddonAddress(number)))];

    private async Task RemoveNetworkAsync(string folder, CancellationToken cancel)
    {
        var record = Path.Combine(folder, "network");
        if (!File.Exists(record) || File.ReadAllText(record) is not { Length: > 0 } address) return;
        if (InstanceFolder.ReadSpec(folder) is { } spec) await firewall.ForbidAsync(LinksOf(spec, address), cancel);
        await bridge.DisconnectAsync(address);
        File.Delete(record);
    }

    /// <summary>A monitor ends by itself when its container has; one that does not is killed.</summary>
    private async Task EndMonitorAsync(string id, int monitor, CancellationToken cancel)
    {
        for (var round = 0; round < 50; round++)
        {
            if (conmon.InstanceOf(monitor) != id) return;
            await Task.Delay(10, cancel);
        }

        Journal.Did($"kill -KILL {monitor}");
        Libc.Kill(monitor, Libc.SIGKILL);
    }
}
