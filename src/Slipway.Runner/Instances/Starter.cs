using System.Diagnostics;
using System.Globalization;
using Slipway.Contracts.Runner;
using Slipway.Contracts.Server;
using Slipway.Runner.Commands;
using Slipway.Runner.Kernel;
using Slipway.Runner.Networks;
using Slipway.Runner.Oci;
using Slipway.Runner.Roots;

namespace Slipway.Runner.Instances;

/// <summary>Brings an instance up, from its spec to its running command.</summary>
internal sealed class Starter(
    ServerConfig config, ServerIdentity identity, OciRuntime runtime, Conmon conmon, Bridge bridge, NetworkPool networks, Firewall firewall,
    InstanceRoot root, InstanceMounts mounts, Remains remains)
{
    /// <summary>Everything up to the created container. The spec is written first: from then on a crash is undone by the next start of the runner.</summary>
    public async Task CreateAsync(Instance instance, bool attached, CancellationToken cancel)
    {
        var (spec, folder) = (instance.Spec, instance.Folder);
        var clock = new StepClock(spec.Id.Value);
        Directory.CreateDirectory(folder.Bundle);
        Directory.CreateDirectory(folder.Mounts);
        PrepareLog(folder);
        MountSockets(folder.SocketDirectory, spec.Uid);
        if (spec.Network == NetworkMode.Internet)
        {
            instance.Address = spec.AddonAddress is { } number ? await bridge.ConnectAsync(number, cancel) : await networks.TakeAsync(cancel);
            folder.WriteAddress(instance.Address);
        }

        clock.Lap("network");
        var links = firewall.AllowAsync(remains.LinksOf(spec, instance.Address), cancel);
        await root.MountAsync(folder, spec, instance.Address, bridge.Gateway, cancel);
        clock.Lap("root");
        var binds = mounts.Prepare(folder, spec);
        var network = instance.Address is null ? null : bridge.NamespacePath(instance.Address);
        var bundle = OciConfig.Write(spec, folder.Root, network, instance.Cgroup, binds, config.GuestUidBase);
        using (var file = File.OpenHandle(folder.Bundle + "/config.json", FileMode.CreateNew, FileAccess.Write))
            RandomAccess.Write(file, bundle, 0);
        await links;
        clock.Lap("bundle");
        var pid = await conmon.CreateAsync(folder, spec, attached, cancel);
        instance.Hold(pid);
        clock.Lap("create");
    }

    /// <summary>Lets the created container run its command.</summary>
    public async Task StartAsync(Instance instance, CancellationToken cancel)
    {
        var clock = new StepClock(instance.Spec.Id.Value);
        await runtime.StartAsync(instance.Spec.Id, cancel);
        instance.Folder.WriteStarted();
        instance.MarkRunning();
        clock.Lap("start");
    }

    /// <summary>A small file system of its own, for what is written there would else fill the host's /run.</summary>
    private void MountSockets(string folder, int uid)
    {
        Directory.CreateDirectory(folder);
        MountTable.Mount(
            "tmpfs", folder, "tmpfs", Libc.MS_NOSUID | Libc.MS_NODEV, string.Create(CultureInfo.InvariantCulture, $"size=1m,nr_inodes=256,mode=710,uid={uid},gid={identity.GroupId}"));
    }

    /// <summary>
    /// The folder's group is inherited by the files in it, so a log that conmon reopens stays readable; others of the
    /// group (the edge) may put their logs there but not touch ours.
    /// </summary>
    private void PrepareLog(InstanceFolder folder)
    {
        Folders.Ensure(Path.GetDirectoryName(folder.LogFile)!, 0, identity.GroupId, 0x7f8);
        Folders.CreateOwn(folder.LogFile, 0x1a0);
    }

    private sealed class StepClock(string id)
    {
        private long _from = Stopwatch.GetTimestamp();

        public void Lap(string step)
        {
            if (Journal.Verbose) Journal.Debug($"{id} {step} {Stopwatch.GetElapsedTime(_from).TotalMilliseconds:f1} ms");
            _from = Stopwatch.GetTimestamp();
        }
    }
}
