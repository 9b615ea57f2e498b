using System.Text.Json.Serialization;
using Slipway.Contracts.Names;

namespace Slipway.Contracts.Runner;

[JsonConverter(typeof(SnakeCaseEnumConverter<InstanceState>))]
public enum InstanceState { Starting, Running, Exited }

/// <summary>How an instance ended.</summary>
/// <param name="Code">Exit status; 128 + N when signal N ended it.</param>
/// <param name="OomKills">From the cgroup's own counter; over 0 means that the kernel killed for memory.</param>
/// <param name="MonitorLost">conmon died before the instance did, so <paramref name="Code"/> is unknown (255).</param>
public sealed record InstanceExit(int Code, int OomKills, bool MonitorLost, DateTimeOffset At);

/// <summary>What the runner knows of one instance that was started and not yet removed.</summary>
public sealed record InstanceStatus
{
    public required InstanceId Id { get; init; }
    public required AppName App { get; init; }
    public required string Name { get; init; }
    public required InstanceKind Kind { get; init; }
    public required int Release { get; init; }
    public required InstanceState State { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>It was told to end, and may take its grace for that: whatever is wanted later, this one is gone.</summary>
    public bool Ending { get; init; }

    /// <summary>Host pid of its first process; null unless running.</summary>
    public int? Pid { get; init; }

    /// <summary>IPv4 address on the instances' network; null for <see cref="NetworkMode.None"/>.</summary>
    public string? Address { get; init; }

    /// <summary>Folder on the host that is <c>/run/slipway</c> inside.</summary>
    public string? SocketDirectory { get; init; }

    /// <summary>Log file on the host, readable by the server's group.</summary>
    public required string LogFile { get; init; }

    public InstanceExit? Exit { get; init; }
}

/// <summary>What an instance is made of, as the runner has it: read from what it wrote and from the kernel.</summary>
/// <param name="Folder">Its own, on the host.</param>
/// <param name="Config">The OCI configuration that it runs by.</param>
/// <param name="Commands">That brought it up, in order; each does the same when pasted into a root shell.</param>
/// <param name="Mounts">Lines of the kernel's mount table.</param>
/// <param name="Firewall">The server's nftables, of all its instances.</param>
public sealed record InstanceRecord(
    string Folder, System.Text.Json.JsonElement Config, IReadOnlyList<string> Commands, IReadOnlyList<string> Mounts, IReadOnlyList<string> Firewall);

/// <param name="CpuNanoseconds">Used since the start.</param>
/// <param name="DiskBytes">Written to its own file system, volumes apart.</param>
public sealed record InstanceStats(long MemoryBytes, long CpuNanoseconds, int Pids, int OomKills, long DiskBytes);

/// <summary>What a running instance uses, and who it is; as many as there are come in one answer.</summary>
/// <param name="MemoryLimitBytes">What it may use.</param>
/// <param name="CpuNanoseconds">Used since the start.</param>
public sealed record InstanceUsage(
    InstanceId Id, AppName App, string Name, InstanceKind Kind, DateTimeOffset CreatedAt, long MemoryBytes, long MemoryLimitBytes, long CpuNanoseconds, int OomKills);

/// <summary>A change that slipwayd may want to react to. After a reconnect the client lists, so a missed event loses nothing.</summary>
public sealed record InstanceEvent(InstanceId Id, InstanceState State, InstanceExit? Exit);

/// <param name="Bytes">Sum of file sizes.</param>
public sealed record LayerInfo(Digest Digest, long Bytes, int Files, DateTimeOffset CreatedAt);

/// <summary>A base file system, built on this machine from Debian packages.</summary>
/// <param name="Name"><c>python</c> or <c>python-build</c>, <c>postgres</c>.</param>
/// <param name="Date">Day of the build, <c>yyyy-MM-dd</c>.</param>
/// <param name="Packages"><c>name=version</c> of each package installed, sorted.</param>
public sealed record StackInfo(StackName Name, string Date, Digest Layer, IReadOnlyList<string> Packages);

/// <param name="OciRuntime">Path of the program chosen.</param>
/// <param name="OciRuntimeWhy">Why it was chosen, and what the other one said when it was refused.</param>
public sealed record RunnerInfo(
    string Version, string OciRuntime, string OciRuntimeVersion, string OciRuntimeWhy,
    int CgroupVersion, string ConmonVersion, string Gateway, long MemoryBytes, int Cpus);
