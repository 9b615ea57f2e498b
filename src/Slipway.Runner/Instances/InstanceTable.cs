using System.Collections.Concurrent;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Contracts.Server;
using Slipway.Runner.Commands;
using Slipway.Runner.Kernel;
using Slipway.Runner.Layers;
using Slipway.Runner.Oci;

namespace Slipway.Runner.Instances;

/// <summary>All instances, and what may be done with them.</summary>
internal sealed class InstanceTable(
    ServerConfig config, SpecRules rules, Starter starter, Remains remains, Conmon conmon, MonitorWatch watch,
    LayerStore layers, EventHub events, TimeProvider time)
{
    private readonly ConcurrentDictionary<InstanceId, Instance> _all = new();

    public IReadOnlyList<Instance> All => [.. _all.Values];

    public Instance Find(InstanceId id) => _all.TryGetValue(id, out var instance) ? instance : throw NotFound(id);

    /// <param name="attach">Connects to its stdio before its command starts.</param>
    public async Task<(Instance Instance, Attachment? Attachment)> StartAsync(InstanceSpec spec, bool attach, CancellationToken cancel)
    {
        rules.Check(spec);
        var instance = Enter(spec);
        Attachment? attachment = null;
        var commands = new List<string>();
        Journal.KeepIn(commands);
        try
        {
            instance.Folder.WriteSpec(spec);
            await starter.CreateAsync(instance, attach, cancel);
            Watch(instance, instance.Folder.ReadMonitorPid());
            if (attach) attachment = await Attachment.OpenAsync(instance.Folder, cancel);
            if (attachment is not null && spec.Terminal is not null) attachment.Resize(spec.Terminal);
            await starter.StartAsync(instance, cancel);
            instance.Folder.WriteCommands(commands);
            events.Publish(instance);
            return (instance, attachment);
        }
        catch (Exception e)
        {
            Journal.Warn($"{spec.Id} did not start: {e.Message}");
            attachment?.Dispose();
            await remains.RemoveAsync(spec.Id.Value, mayRun: true, CancellationToken.None);
            _all.TryRemove(spec.Id, out _);
            instance.Dispose();
            throw;
        }
    }

    public async Task<Instance> StopAsync(StopRequest request, CancellationToken cancel)
    {
        rules.Check(request);
        var instance = Find(request.Id);
        await instance.Changing.WaitAsync(cancel);
        try
        {
            if (!instance.Running) return instance;
            instance.MarkEnding();
            await instance.HearsSignalsAsync(cancel);
            instance.Signal(instance.Spec.StopSignal);
            if (await EndsWithin(instance, TimeSpan.FromSeconds(request.GraceSeconds), cancel)) return instance;
            await KillAsync(instance, cancel);
            return instance;
        }
        finally
        {
            instance.Changing.Release();
        }
    }

    /// <summary>What a closed terminal does to a shell: HUP, and after a short grace KILL.</summary>
    public async Task HangUpAsync(Instance instance, CancellationToken cancel)
    {
        instance.Signal(Libc.SIGHUP);
        if (!await EndsWithin(instance, TimeSpan.FromSeconds(5), cancel)) await KillAsync(instance, cancel);
    }

    public async Task RemoveAsync(InstanceId id, CancellationToken cancel)
    {
        if (!_all.TryGetValue(id, out var instance)) return;
        await instance.Changing.WaitAsync(cancel);
        try
        {
            if (instance.Exit is null)
                throw new SlipwayException(409, new SlipwayError("instance_running", $"The instance {id} has not exited.") { Next = "Stop it first." });
            await remains.RemoveAsync(id.Value, mayRun: false, CancellationToken.None);
            _all.TryRemove(id, out _);
        }
        finally
        {
            instance.Changing.Release();
        }
    }

    public InstanceStats Stats(InstanceId id)
    {
        var instance = Find(id);
        return instance.Cgroup.Read(Roots.DiskImage.UsedBytes(instance.Folder.Scratch));
    }

    /// <summary>Takes in an instance of an earlier run of the runner, whose folder says that its command was started.</summary>
    public async Task AdoptAsync(InstanceSpec spec, int? monitor)
    {
        var instance = Make(spec, createdAt: null);
        instance.Address = instance.Folder.Address;
        _all[spec.Id] = instance;
        if (instance.Folder.ReadExit() is { } exit)
        {
            instance.MarkExited(exit);
            return;
        }

        if (instance.Folder.ReadPid() is { } pid) instance.Hold(pid);
        instance.MarkRunning();
        if (monitor is { } alive) Watch(instance, alive);
        else await EndAsync(instance);
    }

    private Instance Make(InstanceSpec spec, DateTimeOffset? createdAt)
    {
        var folder = new InstanceFolder(config, spec.Id, spec.App, spec.Name);
        return new(spec, folder, remains.CgroupOf(spec.Id.Value), createdAt ?? folder.CreatedAt);
    }

    private Instance Enter(InstanceSpec spec)
    {
        var instance = Make(spec, time.GetUtcNow());
        if (!_all.TryAdd(spec.Id, instance))
            throw new SlipwayException(409, new SlipwayError("instance_exists", $"There is an instance {spec.Id} already.") { Why = "An instance's id is never used twice." });
        try
        {
            // Entered first, looked at second: a layer is not removed while an instance that is entered names it.
            layers.Require(instance.Layers);
            return instance;
        }
        catch
        {
            _all.TryRemove(spec.Id, out _);
            throw;
        }
    }

    private void Watch(Instance instance, int monitor) => watch.Add(monitor, () => _ = EndAsync(instance));

    /// <summary>Its monitor is gone: take down how it ended.</summary>
    private async Task EndAsync(Instance instance)
    {
        if (!_all.TryGetValue(instance.Spec.Id, out var known) || known != instance || !instance.Folder.Started && !instance.Running && !Directory.Exists(instance.Folder.Path)) return;
        try
        {
            var status = conmon.ReadExit(instance.Spec.Id);
            if (status is null) await instance.Cgroup.KillAsync(CancellationToken.None);
            var exit = new InstanceExit(status ?? 255, instance.Cgroup.OomKills(), MonitorLost: status is null, time.GetUtcNow());
            instance.Folder.WriteExit(exit);
            instance.MarkExited(exit);
            Journal.Info($"{instance.Spec.Id} exited: {exit}");
            events.Publish(instance);
        }
        catch (DirectoryNotFoundException)
        {
            // It is being undone: it never counted as started.
            Journal.Debug($"{instance.Spec.Id} went while it was undone");
        }
    }

    private static async Task KillAsync(Instance instance, CancellationToken cancel)
    {
        instance.Signal(Libc.SIGKILL);
        if (await EndsWithin(instance, TimeSpan.FromSeconds(2), cancel)) return;
        await instance.Cgroup.KillAsync(cancel);
        if (!await EndsWithin(instance, TimeSpan.FromSeconds(20), cancel))
            throw new SlipwayException(500, new SlipwayError("instance_unkillable", $"The instance {instance.Spec.Id} survived KILL for 20 seconds.") { Why = "A process of it probably waits for a disk that does not answer." });
    }

    private static async Task<bool> EndsWithin(Instance instance, TimeSpan grace, CancellationToken cancel)
    {
        try
        {
            await instance.Ended.WaitAsync(grace, cancel);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private static SlipwayException NotFound(InstanceId id) =>
        new(404, new SlipwayError("instance_not_found", $"There is no instance {id}.") { Next = "slipway ps" });
}
