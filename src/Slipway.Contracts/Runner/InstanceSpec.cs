using System.Text.Json.Serialization;
using Slipway.Contracts.Names;

namespace Slipway.Contracts.Runner;

[JsonConverter(typeof(SnakeCaseEnumConverter<InstanceKind>))]
public enum InstanceKind
{
    /// <summary>Runs until stopped: <c>web.1</c>, <c>worker.2</c>.</summary>
    Process,

    /// <summary>Runs to its end: <c>run.4821</c>, <c>release.7</c>.</summary>
    OneOff,

    /// <summary>Runs to its end and leaves layers: <c>build.12</c>.</summary>
    Build,

    /// <summary>Serves apps: <c>postgres.1</c>. Has a fixed address and accepts connections from instances linked to it.</summary>
    Addon,
}

[JsonConverter(typeof(SnakeCaseEnumConverter<NetworkMode>))]
public enum NetworkMode
{
    /// <summary>Loopback only.</summary>
    None,

    /// <summary>Out to the internet and to linked add-ons; in from the host only.</summary>
    Internet,
}

[JsonConverter(typeof(SnakeCaseEnumConverter<MountKind>))]
public enum MountKind
{
    /// <summary><see cref="Mount.Name"/> is a volume of <see cref="InstanceSpec.App"/>.</summary>
    Volume,

    /// <summary><see cref="Mount.Name"/> is a source's digest; always read-only.</summary>
    Source,

    /// <summary>The server's own pip index on disk; <see cref="Mount.Name"/> is empty; always read-only.</summary>
    PackageIndex,

    /// <summary><see cref="Mount.Name"/> is a layer's digest, the whole layer; always read-only. Only for <see cref="InstanceKind.Build"/>: what the last build left.</summary>
    Layer,
}

/// <param name="Name">Depends on <paramref name="Kind"/>; never a path.</param>
/// <param name="Target">Absolute path inside the instance, without <c>..</c>.</param>
public sealed record Mount(MountKind Kind, string Name, string Target, bool ReadOnly);

/// <summary>
/// What a build finds in <c>/app</c> when it begins: a folder of a source, its files the instance's own. It does not count
/// towards the limit on what the instance writes.
/// </summary>
/// <param name="Folder">Path below the source; empty for all of it.</param>
/// <param name="LeftOut">Names that are not laid out, at any depth; with a slash before it, only in the folder itself.</param>
/// <param name="Previous">
/// A layer that an earlier build left: what the source has not changed since is taken from it, by a second name for the same
/// file. Only a matter of speed: without it, or when it is gone, everything is copied.
/// </param>
public sealed record LaidSource(Digest Source, string Folder, IReadOnlyList<string> LeftOut, Digest? Previous);

/// <summary>Limits that the kernel enforces; none may be absent.</summary>
/// <param name="MemoryBytes">At least 16 MiB. Past it the kernel kills (out of memory).</param>
/// <param name="CpuMillis">Thousandths of a core.</param>
/// <param name="Pids">Processes and threads.</param>
/// <param name="DiskBytes">What the instance may write to its own file system, volumes apart.</param>
public sealed record ResourceLimits(long MemoryBytes, int CpuMillis, int Pids, long DiskBytes);

public sealed record TerminalSize(ushort Columns, ushort Rows);

/// <summary>
/// Everything the runner needs to start one instance. Not changed once sent; kept on disk beside the instance.
/// What has a default has a setter, because generated JSON code forgets the defaults of init-only properties.
/// </summary>
public sealed record InstanceSpec
{
    public required InstanceId Id { get; init; }

    public required AppName App { get; init; }

    /// <summary>For people and logs: <c>web.1</c>; <c>[a-z0-9_-]+\.[0-9]+</c>.</summary>
    public required string Name { get; init; }

    public required InstanceKind Kind { get; init; }

    /// <summary>Number of the release that it belongs to; 0 where there is none (builds, add-ons).</summary>
    public int Release { get; set; }

    /// <summary>User and group id inside and outside (no user namespace); within the server's range for apps.</summary>
    public required int Uid { get; init; }

    /// <summary>Bottom first: stack, dependencies, app.</summary>
    public required IReadOnlyList<Digest> Layers { get; init; }

    /// <summary>Argument list; the first is looked up in PATH.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    public string WorkingDirectory { get; set; } = "/";

    public required ResourceLimits Limits { get; init; }

    public NetworkMode Network { get; set; } = NetworkMode.Internet;

    /// <summary>Only add-ons: the last octet N of their address PREFIX.255.N, 2 to 254.</summary>
    public int? AddonAddress { get; set; }

    /// <summary>Add-ons (by <see cref="AddonAddress"/>) that this instance may connect to, with the host name that it knows each by.</summary>
    public IReadOnlyDictionary<string, int> Links { get; set; } = new Dictionary<string, int>();

    public IReadOnlyList<Mount> Mounts { get; set; } = [];

    /// <summary>Only for <see cref="InstanceKind.Build"/>.</summary>
    public LaidSource? Laid { get; set; }

    /// <summary>
    /// Only builds: it has users of its own (a user namespace). Its command is root inside, and may there do what root may in
    /// a file system of its own (chown, mount, become another user); outside it is <see cref="Uid"/>, and nobody else.
    /// </summary>
    public bool UserNamespace { get; set; }

    /// <summary>Number of the signal that asks it to end; 1 to 31, and TERM unless its image says otherwise.</summary>
    public int StopSignal { get; set; } = 15;

    /// <summary>Set for an interactive one-off: it gets a pseudo-terminal of this size.</summary>
    public TerminalSize? Terminal { get; set; }
}
