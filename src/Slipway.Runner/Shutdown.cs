using Slipway.Contracts.Names;
using Slipway.Contracts.Server;
using Slipway.Runner.Cgroups;
using Slipway.Runner.Commands;
using Slipway.Runner.Instances;
using Slipway.Runner.Kernel;
using Slipway.Runner.Networks;
using Slipway.Runner.Oci;

namespace Slipway.Runner;

/// <summary>
/// <c>slipway-runner stop-all</c>, for <c>bin/down</c>: with the daemons stopped, ends every instance and takes away all
/// that the server put into the kernel: mounts, networks, cgroups, bridge, firewall. Layers, volumes and logs stay.
/// </summary>
internal static class Shutdown
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    public static async Task RunAsync(ServerConfig config)
    {
        if (!Directory.Exists(config.Run)) return;
        using var only = Daemon.RequireToBeTheOnlyOne(config);
        var runtime = await new RuntimeProbe(config).FindAsync(CancellationToken.None);
        var bridge = new Bridge(config);
        bridge.Prepare();
        var firewall = new Firewall(config);
        var conmon = new Conmon(runtime, Path.Combine(config.Run, "exits"));
        var remains = new Remains(config, runtime, conmon, bridge, firewall);

        var ids = Recovery.Find(config, runtime, conmon).Where(id => InstanceId.TryParse(id, out _)).Distinct().ToList();
        await TerminateAsync([.. ids.Select(remains.CgroupOf)]);
        foreach (var id in ids) await remains.RemoveAsync(id, mayRun: true, CancellationToken.None);

        foreach (var address in bridge.Existing()) await bridge.DisconnectAsync(address);
        await firewall.RemoveAsync(CancellationToken.None);
        await bridge.RemoveAsync();
        MountTable.UnmountBelow(config.Home);
        MountTable.UnmountBelow(config.Run);
        new Cgroup("/" + config.Name).Remove();
        Journal.Info($"stopped {ids.Count} instances");
    }

    /// <summary>Lets all of them end at the same time and in their own way: databases and the apps that hold connections to them.</summary>
    private static async Task TerminateAsync(IReadOnlyList<Cgroup> instances)
    {
        foreach (var pid in instances.SelectMany(instance => instance.Pids())) Libc.Kill(pid, Libc.SIGTERM);

        using var patience = new CancellationTokenSource(Grace);
        while (instances.Any(instance => instance.Pids().Count > 0) && !patience.IsCancellationRequested) await Task.Delay(20);
    }
}
