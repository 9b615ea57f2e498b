using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Runner.Commands;
using Slipway.Runner.Instances;
using Slipway.Runner.Kernel;

namespace Slipway.Runner.Oci;

/// <summary>
/// The monitor of one instance: a small process, independent of ours, that creates the container, holds its stdio, writes
/// its log and, at the end, its exit status to a file.
/// </summary>
internal sealed class Conmon(OciRuntime runtime, string exitDirectory)
{
    public const string Program = "/usr/bin/conmon";

    /// <summary>Folder with one file per exited instance, named by its id: the status in decimal.</summary>
    public string ExitDirectory => exitDirectory;

    /// <returns>Null when the monitor ended without leaving a status.</returns>
    public int? ReadExit(InstanceId id)
    {
        var file = Path.Combine(exitDirectory, id.Value);
        return File.Exists(file) && int.TryParse(File.ReadAllText(file), CultureInfo.InvariantCulture, out var status) ? status : null;
    }

    /// <summary>Creates the container without starting its command.</summary>
    /// <returns>Host pid of the container's first process.</returns>
    public async Task<int> CreateAsync(InstanceFolder folder, InstanceSpec spec, bool attached, CancellationToken cancel)
    {
        List<string> arguments =
        [
            "--api-version", "1", "-c", folder.Id.Value, "-u", folder.Id.Value, "-n", spec.Name,
            "-r", runtime.Program, "--runtime-arg", "--root", "--runtime-arg", runtime.StateRoot,
            "-b", folder.Bundle, "-p", folder.PidFile, "-P", folder.MonitorPidFile, "-l", "k8s-file:" + folder.LogFile,
            "--exit-dir", exitDirectory, "--full-attach", "--no-sync-log", "--no-new-keyring", "--log-level", "error",
        ];
        if (spec.Terminal is not null) arguments.Add("-t");
        else if (attached) arguments.Add("-i");
        var command = new Command(Program, arguments);
        command = command with { Environment = new Dictionary<string, string>(command.Environment) { ["_OCI_SYNCPIPE"] = "3" } };

        var (read, write) = OpenPipe();
        using var pipe = read;
        int child;
        using (write) child = Spawn.Start(command, [((int)write.DangerousGetHandle(), 3)]);

        // It forks the monitor proper and exits; the pipe then tells of the container.
        var report = await ReadLineAsync(read, cancel);
        var status = await Spawn.WaitAsync(child);
        return Pid(report) ?? throw Failure(spec, report, status);
    }

    /// <summary>Monitors that are alive, by instance, with their pids: from the kernel's process list, so that no record of ours can be stale.</summary>
    public Dictionary<string, int> Alive()
    {
        var alive = new Dictionary<string, int>();
        foreach (var process in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(process), CultureInfo.InvariantCulture, out var pid)) continue;
            if (InstanceOf(pid) is { } id) alive[id] = pid;
        }

        return alive;
    }

    /// <returns>The instance that a process monitors; null if it is no monitor of this server.</returns>
    public string? InstanceOf(int pid)
    {
        try
        {
            var arguments = File.ReadAllText($"/proc/{pid}/cmdline").Split('\0');
            var directory = Array.IndexOf(arguments, "--exit-dir");
            var id = Array.IndexOf(arguments, "-c");
            return arguments[0] == Program && directory > 0 && id > 0 && arguments[directory + 1] == exitDirectory ? arguments[id + 1] : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static unsafe (Microsoft.Win32.SafeHandles.SafeFileHandle Read, Microsoft.Win32.SafeHandles.SafeFileHandle Write) OpenPipe()
    {
        var fds = stackalloc int[2];
        Libc.Check(Libc.Pipe(fds, Libc.O_CLOEXEC), "pipe");
        return (new(fds[0], true), new(fds[1], true));
    }

    private static async Task<string> ReadLineAsync(Microsoft.Win32.SafeHandles.SafeFileHandle pipe, CancellationToken cancel)
    {
        await using var stream = new FileStream(pipe, FileAccess.Read, bufferSize: 0);
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            var length = 0;
            while (length < buffer.Length && await stream.ReadAsync(buffer.AsMemory(length), cancel) is > 0 and var read)
            {
                length += read;
                if (buffer.AsSpan(0, length).Contains((byte)'\n')) break;
            }

            return System.Text.Encoding.UTF8.GetString(buffer, 0, length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static int? Pid(string report)
    {
        try
        {
            using var json = JsonDocument.Parse(report);
            var pid = json.RootElement.GetProperty("data").GetInt32();
            return pid > 0 ? pid : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static SlipwayException Failure(InstanceSpec spec, string report, int status)
    {
        var why = report;
        try
        {
            using var json = JsonDocument.Parse(report);
            if (json.RootElement.TryGetProperty("message", out var message)) why = message.GetString() ?? report;
        }
        catch (JsonException)
        {
            why = report.Length > 0 ? report : $"conmon ended with status {status} and said nothing.";
        }

        return new SlipwayException(500, new SlipwayError("instance_not_created", $"The container of {spec.App} {spec.Name} could not be created.")
        {
            Why = why.Trim(),
            Next = "slipway doctor",
        });
    }
}
