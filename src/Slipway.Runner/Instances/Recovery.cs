using Slipway.Contracts.Names;
using Slipway.Contracts.Server;
using Slipway.Runner.Commands;
using Slipway.Runner.Kernel;
using Slipway.Runner.Networks;
using Slipway.Runner.Oci;

namespace Slipway.Runner.Instances;

/// <summary>
/// What the runner does first: it looks at the folders, the monitors and the kernel's lists, takes in what runs or has
/// exited, undoes what was half made, and removes what belongs to nothing. Running instances notice none of it.
/// </summary>
internal sealed class Recovery(
    ServerConfig config, InstanceTable table, Remains remains, OciRuntime runtime, Conmon conmon, Bridge bridge, Firewall firewall)
{
    public async Task RunAsync(CancellationToken cancel)
    {
        var alive = conmon.Alive();
        foreach (var folder in Directory.EnumerateDirectories(config.InstancesDirectory).ToList())
        {
            var name = Path.GetFileName(folder);
            if (name == ".templates") continue;
            var spec = name[0] == '.' ? null : InstanceFolder.ReadSpec(folder);
            if (spec is not null && spec.Id.Value == name && File.Exists(Path.Combine(folder, "started")))
            {
                await table.AdoptAsync(spec, alive.TryGetValue(name, out var monitor) ? monitor : null);
                continue;
            }

            Journal.Info($"undoing {name}, which was half made");
            if (name[0] == '.') Folders.Remove(folder);
            else await remains.RemoveAsync(name, mayRun: true, cancel);
        }

        await RemoveOrphansAsync(alive.Keys, cancel);
        await firewall.ResetAsync(table.All.Where(i => i.Exit is null).SelectMany(i => remains.LinksOf(i.Spec, i.Address)), cancel);
    }

    private async Task RemoveOrphansAsync(IEnumerable<string> monitored, CancellationToken cancel)
    {
        var known = table.All.Select(i => i.Spec.Id.Value).ToHashSet();
        var found = monitored
            .Concat(runtime.Known())
            .Concat(Cgroups.Cgroup.Names(config.Name))
            .Concat(Directory.EnumerateDirectories(config.InstanceSocketsDirectory).Select(d => Path.GetFileName(d)!))
            .Concat(Directory.EnumerateFiles(conmon.ExitDirectory).Select(d => Path.GetFileName(d)!))
            .Concat(MountedBelowInstances());
        foreach (var orphan in found.Where(id => !known.Contains(id) && InstanceId.TryParse(id, out _)).Distinct().ToList())
        {
            Journal.Info($"removing what is left of {orphan}");
            await remains.RemoveAsync(orphan, mayRun: true, cancel);
        }

        var addresses = table.All.Select(i => i.Address).ToHashSet();
        foreach (var address in bridge.Existing().Where(a => !addresses.Contains(a))) bridge.Disconnect(address);
    }

    private IEnumerable<string> MountedBelowInstances() =>
        MountTable.Points().Where(p => p.StartsWith(config.InstancesDirectory + "/", StringComparison.Ordinal))
            .Select(p => p[(config.InstancesDirectory.Length + 1)..].Split('/')[0]);
}
