using System.Text.Json.Serialization;
using Slipway.Contracts.Names;

namespace Slipway.Contracts.Runner;

/// <summary>
/// What may be asked of slipway-runner: one request a connection on its Unix socket. The client sends one
/// <see cref="FrameType.Request"/> frame; the runner answers with <see cref="FrameType.Result"/> or
/// <see cref="FrameType.Error"/>, and for verbs that stream, with more frames between and after as each verb says.
/// The runner checks the peer's uid first and every argument itself.
/// </summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<RunnerVerb>))]
public enum RunnerVerb
{
    /// <summary>→ <see cref="RunnerInfo"/>.</summary>
    Info,

    /// <summary><see cref="InstanceSpec"/> → <see cref="InstanceStatus"/>, running.</summary>
    Start,

    /// <summary>
    /// <see cref="InstanceSpec"/> → <see cref="InstanceStatus"/>, then attached: Stdout/Stderr frames out, Stdin (an
    /// empty one is end of file) and Resize frames in, an Exit frame last. When the client goes away, a terminal's
    /// instance is hung up (HUP, grace, KILL); one without a terminal runs on.
    /// </summary>
    Run,

    /// <summary><see cref="ExecRequest"/> → empty result, then attached like <see cref="Run"/>; the exec'd process dies with its client.</summary>
    Exec,

    /// <summary><see cref="StopRequest"/> → <see cref="InstanceStatus"/>, exited: TERM, grace, KILL. Stopping an exited one is no error.</summary>
    Stop,

    /// <summary><see cref="InstanceRequest"/> → empty. Frees mounts, network, cgroup and folder; keeps the log. Only when exited; removing what is not there is no error.</summary>
    Remove,

    /// <summary>→ array of <see cref="InstanceStatus"/>.</summary>
    List,

    /// <summary><see cref="InstanceRequest"/> → <see cref="InstanceStats"/>.</summary>
    Stats,

    /// <summary>→ array of <see cref="InstanceUsage"/>, of what runs.</summary>
    Usage,

    /// <summary><see cref="InstanceRequest"/> → <see cref="InstanceRecord"/>: how it was brought up. It holds the app's secrets.</summary>
    Describe,

    /// <summary>→ empty result, then Event frames (<see cref="InstanceEvent"/>) until the client closes.</summary>
    Events,

    /// <summary><see cref="CommitRequest"/> → <see cref="LayerInfo"/>.</summary>
    Commit,

    /// <summary>→ array of <see cref="LayerInfo"/>.</summary>
    Layers,

    /// <summary><see cref="LayerRequest"/> → empty. Refused while an instance or a stack uses it.</summary>
    RemoveLayer,

    /// <summary><see cref="StackRequest"/> → Stdout frames of progress, then a Result with <see cref="StackInfo"/>. Kept unless <c>Rebuild</c>.</summary>
    BuildStack,

    /// <summary>
    /// <see cref="PackagesRequest"/> → Stdout frames of progress, then a Result with <see cref="LayerInfo"/>: what these
    /// Debian packages add to a stack, a layer to lie on the stack's own. Made each time; who asks remembers.
    /// </summary>
    AddPackages,

    /// <summary>→ array of <see cref="StackInfo"/>, newest of each name.</summary>
    Stacks,

    /// <summary><see cref="LayerRequest"/> → Stdout frames: the layer as a tar archive, owners as numbers, the same bytes each time; then an empty Result.</summary>
    ArchiveLayer,

    /// <summary><see cref="ArchiveVolumeRequest"/> → Stdout frames: what is in it now, as a tar archive; then an empty Result.</summary>
    ArchiveVolume,

    /// <summary><see cref="VolumeRequest"/> → empty. Exists already: no error, and its data are kept.</summary>
    CreateVolume,

    /// <summary><see cref="VolumeRequest"/> → empty. Refused while mounted; absent: no error.</summary>
    RemoveVolume,

    /// <summary><see cref="AppRequest"/> → empty. All log files of an app, for its destruction; refused while it has instances.</summary>
    RemoveLogs,
}

public enum FrameType : byte { Request, Result, Error, Stdin, Stdout, Stderr, Resize, Exit, Event }

/// <param name="Body">JSON of the verb's argument, null where it has none.</param>
public sealed record RunnerRequest(RunnerVerb Verb, System.Text.Json.JsonElement? Body);

public sealed record InstanceRequest(InstanceId Id);

public sealed record AppRequest(AppName App);

/// <param name="GraceSeconds">Time between TERM and KILL, 0 to 3600.</param>
public sealed record StopRequest(InstanceId Id, int GraceSeconds);

/// <param name="Terminal">Set: a pseudo-terminal of this size.</param>
public sealed record ExecRequest(
    InstanceId Id, IReadOnlyList<string> Command, IReadOnlyDictionary<string, string> Environment,
    string WorkingDirectory, TerminalSize? Terminal);

/// <summary>Makes a layer of what an exited build instance left under the given paths.</summary>
/// <param name="Paths">Absolute paths inside the instance; each is a folder that goes into the layer at the same place.</param>
/// <param name="Shared">Owned by root and so read-only for every app (dependencies); else owned by the instance's uid (the app itself).</param>
public sealed record CommitRequest(InstanceId Id, IReadOnlyList<string> Paths, bool Shared)
{
    /// <summary>The one path is a whole file system: what is in it lies at the top of the layer, which stands alone, with no stack below.</summary>
    public bool IsRoot { get; set; }
}

public sealed record LayerRequest(Digest Digest);

/// <param name="Name">A stack that the runner knows: its package list is the runner's, not the caller's.</param>
public sealed record StackRequest(StackName Name, bool Rebuild);

/// <param name="Stack">One that is built.</param>
/// <param name="Packages">Names of packages of the release that stacks are made of; 1 to 100.</param>
public sealed record PackagesRequest(StackName Stack, IReadOnlyList<string> Packages);

public sealed record ArchiveVolumeRequest(AppName App, VolumeName Name);

/// <param name="Uid">Owner of the volume's root folder.</param>
/// <param name="SizeBytes">Limit on what it may hold; 0 for none (the server's own databases).</param>
public sealed record VolumeRequest(AppName App, VolumeName Name, int Uid, long SizeBytes);
