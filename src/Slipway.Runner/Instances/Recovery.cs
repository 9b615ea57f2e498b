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

        await RemoveOrphansAsync(cancel);
        await firewall.ResetAsync(table.All.Where(i => i.Exit is null).SelectMany(i => remains.LinksOf(i.Spec, i.Address)), cancel);
    }

    /// <summary>Names under which anything of an instance is found on this machine, some of them more than once.</summary>
    public static IEnumerable<string> Find(ServerConfig config, OciRuntime runtime, Conmon conmon) =>
        conmon.Alive().Keys
            .Concat(runtime.Known())
            .Concat(Cgroups.Cgroup.Names(config.Name))
            .Concat(Names(config.InstancesDirectory))
            .Concat(Names(config.InstanceSocketsDirectory))
            .Concat(Names(conmon.ExitDirectory))
            .Concat(MountedBelow(config.InstancesDirectory));

    private async Task RemoveOrphansAsync(CancellationToken cancel)
    {
        var known = table.All.Select(i => i.Spec.Id.Value).ToHashSet();
        foreach (var orphan in Find(config, runtime, conmon).Where(id => !known.Contains(id) && InstanceId.TryParse(id, out _)).Distinct().ToList())
        {
            Journal.Info($"removing what is left of {orphan}");
            await remains.RemoveAsync(orphan, mayRun: true, cancel);
        }

        var addresses = table.All.Select(i => i.Address).ToHashSet();
        foreach (var address in bridge.Existing().Where(a => !addresses.Contains(a))) await bridge.DisconnectAsync(address);
    }

    private static IEnumerable<string> Names(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateFileSystemEntries(folder).Select(path => Path.GetFileName(path)!) : [];

    private static IEnumerable<string> MountedBelow(string folder) =>
        MountTable.Points().Where(p => p.StartsWith(folder + "/", StringComparison.Ordinal)).Select(p => p[(folder.Length + 1)..].Split('/')[0]);
}
