using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Runner.Cgroups;
using Slipway.Runner.Commands;
using Slipway.Runner.Kernel;
using Slipway.Runner.Oci;

namespace Slipway.Runner.Instances;

/// <summary>An instance that the runner has: its spec, its folder, and what is known of it now. The folder says the same after a restart.</summary>
internal sealed class Instance(InstanceSpec spec, InstanceFolder folder, Cgroup cgroup, DateTimeOffset createdAt) : IDisposable
{
    private readonly TaskCompletionSource<InstanceExit> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _process = -1;
    private volatile InstanceExit? _exit;
    private volatile bool _running;
    private volatile bool _ending = folder.Ending;

    public InstanceSpec Spec => spec;

    public InstanceFolder Folder => folder;

    public Cgroup Cgroup => cgroup;

    /// <summary>Layers that must not go while it is there.</summary>
    public IEnumerable<Digest> Layers => spec.Layers.Concat(spec.Mounts.Where(m => m.Kind == MountKind.Layer).Select(m => Digest.Parse(m.Name)));

    /// <summary>Taken by what changes the instance as a whole: stop, remove, commit.</summary>
    public SemaphoreSlim Changing { get; } = new(1, 1);

    public string? Address { get; set; }

    public int? Pid { get; private set; }

    public bool Running => _running && _exit is null;

    public InstanceExit? Exit => _exit;

    public Task<InstanceExit> Ended => _ended.Task;

    /// <summary>Holds on to its first process so that a signal can never reach a later one with the same pid.</summary>
    public void Hold(int pid)
    {
        var process = Libc.OpenProcess(pid);
        if (process >= 0 && cgroup.Pids().Contains(pid)) (_process, Pid) = (process, pid);
        else if (process >= 0) Libc.Close(process);
    }

    public void MarkRunning() => _running = true;

    /// <summary>Before it is told to end; which a full disk is no reason not to do.</summary>
    public void MarkEnding()
    {
        _ending = true;
        try
        {
            folder.WriteEnding();
        }
        catch (IOException e)
        {
            Journal.Warn($"{spec.Id} is told to end, and that is not written down: {e.Message}");
        }
    }

    public void MarkExited(InstanceExit exit)
    {
        _exit = exit;
        _ended.TrySetResult(exit);
    }

    /// <summary>
    /// The first process of a pid namespace never gets a signal that it is not prepared for; one sent between its start and
    /// its first instructions would be lost. Waits, a second at most, until tini has blocked them to read them in turn.
    /// </summary>
    public async Task HearsSignalsAsync(CancellationToken cancel)
    {
        for (var round = 0; round < 100 && Running && !BlocksSignals(); round++) await Task.Delay(10, cancel);
    }

    private bool BlocksSignals()
    {
        const ulong term = 1UL << (Libc.SIGTERM - 1);
        try
        {
            var status = File.ReadAllLines($"/proc/{Pid}/status");
            return status.Contains($"Name:\t{Path.GetFileName(OciConfig.InitPath)}")
                && status.FirstOrDefault(line => line.StartsWith("SigBlk:\t", StringComparison.Ordinal)) is { } blocked
                && (Convert.ToUInt64(blocked[8..], 16) & term) != 0;
        }
        catch (IOException)
        {
            return true; // it has ended: there is nothing to wait for
        }
    }

    /// <summary>Sends a signal to its first process; false when that is gone.</summary>
    public bool Signal(int signal)
    {
        Journal.Did($"kill -{signal} {Pid}");
        return _process >= 0 && Libc.SignalProcess(_process, signal);
    }

    public InstanceStatus Status() => new()
    {
        Id = spec.Id,
        App = spec.App,
        Name = spec.Name,
        Kind = spec.Kind,
        Release = spec.Release,
        State = _exit is not null ? InstanceState.Exited : _running ? InstanceState.Running : InstanceState.Starting,
        CreatedAt = createdAt,
        Ending = _ending,
        Pid = Running ? Pid : null,
        Address = Address,
        SocketDirectory = folder.SocketDirectory,
        LogFile = folder.LogFile,
        Exit = _exit,
    };

    public InstanceUsage Usage()
    {
        var stats = cgroup.Read(diskBytes: 0);
        return new InstanceUsage(spec.Id, spec.App, spec.Name, spec.Kind, createdAt, stats.MemoryBytes, spec.Limits.MemoryBytes, stats.CpuNanoseconds, stats.OomKills);
    }

    public void Dispose()
    {
        if (_process >= 0) Libc.Close(_process);
        Changing.Dispose();
    }
}
