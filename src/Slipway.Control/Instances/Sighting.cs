using System.Globalization;
using Slipway.Contracts;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Runner;

namespace Slipway.Control.Instances;

/// <summary>What an instance that runs was doing at one moment.</summary>
internal sealed record Sighting
{
    /// <summary>What <see cref="Listening"/> calls the socket in <c>$SLIPWAY_SOCKET</c>.</summary>
    public const string Socket = "$SLIPWAY_SOCKET";

    /// <summary>Seconds since its start.</summary>
    public double Age { get; init; }

    /// <summary>Sockets that it listens on: <c>127.0.0.1:8000</c>.</summary>
    public IReadOnlyList<string> Listening { get; init; } = [];

    /// <summary>Connections that it asked for and that nobody has answered yet.</summary>
    public IReadOnlyList<string> Connecting { get; init; } = [];

    public IReadOnlyList<ProcessLook> Processes { get; init; } = [];

    /// <summary>Null when the runner did not say.</summary>
    public InstanceStats? Stats { get; init; }

    /// <summary>What the probe asked last; null for an instance that is not asked, or never took a connection.</summary>
    public Exchange? Exchange { get; init; }

    public static async Task<Sighting> OfAsync(InstanceStatus instance, RunnerClient runner, DateTimeOffset now, CancellationToken cancel) => new()
    {
        Age = Math.Round((now - instance.CreatedAt).TotalSeconds, 1),
        Listening =
        [
            .. instance.SocketDirectory is { } folder && File.Exists(Path.Combine(folder, InstanceSpecs.SocketFile)) ? (string[])[Socket] : [],
            .. instance.Pid is { } pid ? Sockets.Listening(pid).Select(one => one.ToString()) : [],
        ],
        Connecting = instance.Pid is { } first ? [.. Sockets.Connecting(first).Select(one => one.ToString())] : [],
        Processes = instance.Pid is { } root ? ProcessLook.Below(root) : [],
        Stats = await StatsAsync(instance, runner, cancel),
    };

    private static async Task<InstanceStats?> StatsAsync(InstanceStatus instance, RunnerClient runner, CancellationToken cancel)
    {
        try
        {
            return await runner.CallAsync(
                RunnerVerb.Stats, new InstanceRequest(instance.Id), ContractsJson.Default.InstanceRequest, ContractsJson.Default.InstanceStats, cancel);
        }
        catch (SlipwayException)
        {
            return null; // it ended meanwhile, or the runner is away: the rest is worth having all the same
        }
    }
}

/// <summary>One process of an instance.</summary>
/// <param name="Depth">Generations below the instance's first process.</param>
/// <param name="State">The kernel's letter: R runs, S sleeps, D waits for a disk.</param>
/// <param name="CpuSeconds">That it has had.</param>
internal sealed record ProcessLook(int Depth, string Command, char State, double CpuSeconds)
{
    private const int Most = 40;
    private const int LongestCommand = 200;

    /// <summary>In <c>/proc/PID/stat</c> times are in hundredths of a second, whatever the kernel's own clock.</summary>
    private const double TicksPerSecond = 100;

    /// <summary>A process and all that it started, parents before children; none when it is gone.</summary>
    public static IReadOnlyList<ProcessLook> Below(int pid)
    {
        var found = new List<ProcessLook>();
        Add(pid, 0);
        return found;

        void Add(int one, int depth)
        {
            if (found.Count == Most || Read(one, depth) is not { } process) return;
            found.Add(process);
            foreach (var child in Children(one)) Add(child, depth + 1);
        }
    }

    private static ProcessLook? Read(int pid, int depth)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' '); // the name before it may hold anything
            var command = File.ReadAllText($"/proc/{pid}/cmdline").TrimEnd('\0').Replace('\0', ' ');
            var ticks = long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
            return new ProcessLook(depth, command.Length > LongestCommand ? command[..LongestCommand] + "…" : command, fields[0][0], ticks / TicksPerSecond);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // it ended meanwhile
        }
    }

    private static IEnumerable<int> Children(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/task/{pid}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}

/// <param name="Status">Null when there was no answer.</param>
/// <param name="Location">Where a redirect leads.</param>
/// <param name="Lines">Request line, status, headers and the beginning of the body.</param>
internal sealed record Exchange(int? Status, string? Location, IReadOnlyList<string> Lines);
