using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Runner;
using Slipway.Contracts.Server;
using Slipway.Runner.Archives;
using Slipway.Runner.Cgroups;
using Slipway.Runner.Commands;
using Slipway.Runner.Instances;
using Slipway.Runner.Kernel;
using Slipway.Runner.Layers;
using Slipway.Runner.Logs;
using Slipway.Runner.Networks;
using Slipway.Runner.Oci;
using Slipway.Runner.Protocol;
using Slipway.Runner.Roots;
using Slipway.Runner.Stacks;
using Slipway.Runner.Volumes;

namespace Slipway.Runner;

/// <summary>The runner from its start to its end: what it is made of, and in which order.</summary>
internal static class Daemon
{
    public static string Version { get; } = typeof(Daemon).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public static async Task RunAsync(ServerConfig config)
    {
        using var stop = new CancellationTokenSource();
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }

        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        try
        {
            var identity = ServerIdentity.Find(config);
            PrepareFolders(config, identity);
            using var only = RequireToBeTheOnlyOne(config);
            var server = await AssembleAsync(config, identity, stop.Token);
            await server.ServeAsync(stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Journal.Info("stopped; instances run on");
        }
    }

    private static async Task<RunnerServer> AssembleAsync(ServerConfig config, ServerIdentity identity, CancellationToken cancel)
    {
        var runtime = await new RuntimeProbe(config).FindAsync(cancel);
        var bridge = new Bridge(config);
        bridge.Prepare();
        var firewall = new Firewall(config);
        var conmon = new Conmon(runtime, Path.Combine(config.Run, "exits"));
        var remains = new Remains(config, runtime, conmon, bridge, firewall);
        var volumes = new VolumeStore(config);
        volumes.MountAll();
        var layers = new LayerStore(config);
        layers.Load();
        var stacks = new StackStore(config, layers, new StackBuilder(layers, TimeProvider.System));
        stacks.Load();
        var events = new EventHub();
        var rules = new SpecRules(config);
        var networks = new NetworkPool(bridge);
        var starter = new Starter(
            config, identity, runtime, conmon, bridge, networks, firewall, new InstanceRoot(config, new Layout(config, layers)), new InstanceMounts(config, layers, volumes), remains);
        var table = new InstanceTable(config, rules, starter, remains, conmon, new MonitorWatch(), layers, events, TimeProvider.System);
        await new Recovery(config, table, remains, runtime, conmon, bridge, firewall).RunAsync(cancel);
        networks.Refill();
        var logs = new LogFiles(config, table);
        _ = logs.WatchAsync(cancel);
        _ = Task.Run(layers.RemoveHalfMade, cancel);

        var info = new RunnerInfo(
            Version, runtime.Program, runtime.Version, runtime.Why, Cgroup.Version, await ConmonVersionAsync(cancel), bridge.Gateway,
            GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, Environment.ProcessorCount);
        Journal.Info(info.ToString());
        return new RunnerServer(config, identity, new Verbs(info, rules, table, new InstanceSession(table),
            new ExecSession(rules, table, runtime, TimeProvider.System), events, layers, new Commit(config, table, layers, TimeProvider.System), stacks, new PackageLayers(config, layers, stacks, TimeProvider.System), volumes, new Archiver(layers, volumes), firewall, logs));
    }

    private static void PrepareFolders(ServerConfig config, ServerIdentity identity)
    {
        // Octal 1775, 755, 711, 700, 2750. In Run each daemon puts its own socket and cannot take away another's.
        Folders.Ensure(config.Run, 0, identity.GroupId, 0x3fd);
        Folders.Ensure(Path.Combine(config.Run, "exits"), 0, 0, 0x1c0);
        Folders.Ensure(config.InstanceSocketsDirectory, 0, identity.GroupId, 0x1c9);
        Folders.Ensure(config.Home, 0, 0, 0x1ed);
        Folders.Ensure(config.LayersDirectory, 0, identity.GroupId, 0x1e8);
        Folders.Ensure(config.StacksDirectory, 0, 0, 0x1ed);
        Folders.Ensure(config.InstancesDirectory, 0, 0, 0x1c9);
        Folders.Ensure(config.VolumesDirectory, 0, 0, 0x1c9);
        Folders.Ensure(config.LogsDirectory, 0, identity.GroupId, 0x5e8);
    }

    /// <summary>Two runners over the same folders would undo each other's instances.</summary>
    internal static FileStream RequireToBeTheOnlyOne(ServerConfig config)
    {
        try
        {
            return new FileStream(Path.Combine(config.Run, "runner.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new SlipwayException(409, new SlipwayError("runner_running", $"A slipway-runner for the server '{config.Name}' runs already.") { Why = e.Message }, e);
        }
    }

    private static async Task<string> ConmonVersionAsync(CancellationToken cancel) =>
        (await new Command(Conmon.Program, "--version").RunAsync(cancel)).Split('\n')[0].Replace("conmon version ", "", false, CultureInfo.InvariantCulture).Trim();
}
