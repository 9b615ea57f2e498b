using System.Text.Json;
using Slipway.Contracts;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Contracts.Server;
using Slipway.Runner.Kernel;

namespace Slipway.Runner.Instances;

/// <summary>
/// What an instance is on disk: <c>HOME/instances/ID</c>. Its records say how far it came: <c>spec.json</c> (first),
/// <c>network</c>, <c>started</c> (its command runs; without it, it never did and is undone), <c>ending</c> (it was told to), <c>exit.json</c> (last).
/// </summary>
internal sealed class InstanceFolder(ServerConfig config, InstanceId id, AppName app, string name)
{
    public InstanceId Id => id;
    public string Path { get; } = System.IO.Path.Combine(config.InstancesDirectory, id.Value);
    public string Bundle => Path + "/bundle";
    public string PidFile => Bundle + "/pid";
    public string MonitorPidFile => Bundle + "/conmon.pid";
    public string AttachSocket => Bundle + "/attach";
    public string ControlFifo => Bundle + "/ctl";
    public string Disk => Path + "/disk.img";
    public string Scratch => Path + "/scratch";
    public string Upper => Scratch + "/upper";
    public string Root => Path + "/rootfs";

    /// <summary>The source that a build finds, as the lowest of what lies above its layers; what is in it is in the list beside it.</summary>
    public string Laid => Path + "/laid";
    public string LaidList => Path + "/laid.list";
    public string Mounts => Path + "/mounts";
    public string SocketDirectory { get; } = System.IO.Path.Combine(config.InstanceSocketsDirectory, id.Value);
    public string LogFile { get; } = System.IO.Path.Combine(config.LogsDirectory, app.Value, $"{name}.{id}.log");

    private string SpecFile => Path + "/spec.json";
    private string NetworkFile => Path + "/network";
    private string StartedFile => Path + "/started";
    private string EndingFile => Path + "/ending";
    private string CommandsFile => Path + "/commands";
    private string ExitRecord => Path + "/exit.json";

    public bool Started => File.Exists(StartedFile);

    public bool Ending => File.Exists(EndingFile);

    public string? Address => File.Exists(NetworkFile) ? File.ReadAllText(NetworkFile) : null;

    public DateTimeOffset CreatedAt => File.GetLastWriteTimeUtc(SpecFile);

    public void WriteSpec(InstanceSpec spec)
    {
        // The root of a user namespace is no root out here, and has to get at its own root file system.
        Folders.Ensure(Path, 0, spec.UserNamespace ? spec.Uid : 0, spec.UserNamespace ? 0x1c8u : 0x1c0);
        Folders.Write(SpecFile, JsonSerializer.SerializeToUtf8Bytes(spec, ContractsJson.Default.InstanceSpec));
    }

    public void WriteAddress(string address) => File.WriteAllText(NetworkFile, address);

    /// <summary>What brought it up, for whoever wants to see or repeat it; nothing depends on it.</summary>
    public void WriteCommands(IReadOnlyList<string> commands) => File.WriteAllLines(CommandsFile, commands);

    public IReadOnlyList<string> ReadCommands() => File.Exists(CommandsFile) ? File.ReadAllLines(CommandsFile) : [];

    public void WriteStarted() => File.Create(StartedFile).Dispose();

    public void WriteEnding() => File.Create(EndingFile).Dispose();

    public void WriteExit(InstanceExit exit) =>
        Folders.Write(ExitRecord, JsonSerializer.SerializeToUtf8Bytes(exit, ContractsJson.Default.InstanceExit));

    public InstanceExit? ReadExit() =>
        File.Exists(ExitRecord) ? JsonSerializer.Deserialize(File.ReadAllBytes(ExitRecord), ContractsJson.Default.InstanceExit) : null;

    /// <summary>Written by conmon just before the process that we started ends.</summary>
    public int ReadMonitorPid() => int.Parse(File.ReadAllText(MonitorPidFile), System.Globalization.CultureInfo.InvariantCulture);

    public int? ReadPid() => File.Exists(PidFile) && int.TryParse(File.ReadAllText(PidFile), out var pid) ? pid : null;

    /// <returns>Null when the folder was not begun properly or is of no use.</returns>
    public static InstanceSpec? ReadSpec(string folder)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(System.IO.Path.Combine(folder, "spec.json")), ContractsJson.Default.InstanceSpec);
        }
        catch (Exception e) when (e is IOException or JsonException or Contracts.Errors.SlipwayException)
        {
            return null;
        }
    }
}
