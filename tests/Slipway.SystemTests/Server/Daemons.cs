using System.Globalization;
using System.Runtime.InteropServices;

namespace Slipway.SystemTests.Server;

/// <summary>The server's own processes, found by the program that they run.</summary>
internal static partial class Daemons
{
    private const int Int = 2, Kill = 9, Term = 15, Stop = 19;

    public static IReadOnlyList<int> Control(Platform platform) => Running($"/usr/lib/{platform.Config.Name}/versions/control-");

    public static IReadOnlyList<int> Runner(Platform platform) => Running($"/usr/lib/{platform.Config.Name}/versions/runner-");

    public static IReadOnlyList<int> Edge(Platform platform) => Running($"/usr/lib/{platform.Config.Name}/versions/edge-");

    /// <summary>conmon of each of the server's instances.</summary>
    public static IReadOnlyList<int> Monitors(Platform platform) =>
        [.. Running("/usr/bin/conmon").Where(pid => CommandLine(pid).Contains(platform.Config.InstancesDirectory + "/", StringComparison.Ordinal))];

    /// <summary>The first process of each instance of an app, on any server: its init, told by what it was started with.</summary>
    public static IReadOnlyList<int> InstancesOf(string app, string instance)
    {
        var all = Directory.EnumerateDirectories("/proc").Select(folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0);
        return [.. all.Where(pid => pid > 0 && CommandLine(pid).StartsWith("/run/init\0", StringComparison.Ordinal)
            && EnvironmentOf(pid) is var environment && environment.Contains($"SLIPWAY_APP={app}") && environment.Contains($"SLIPWAY_INSTANCE={instance}"))];
    }

    /// <summary>The first process of each of a server's instances of an app or of an add-on's server, as the runner wrote it down.</summary>
    public static IReadOnlyList<int> InstancesOn(Platform platform, string app) =>
        [.. Directory.EnumerateDirectories(platform.Config.InstancesDirectory, $"{app[..Math.Min(app.Length, 20)]}-*")
            .Select(folder => Path.Combine(folder, "bundle/pid")).Where(File.Exists)
            .Select(file => int.Parse(File.ReadAllText(file), NumberStyles.None, CultureInfo.InvariantCulture))
            .Where(pid => Directory.Exists($"/proc/{pid}"))];

    public static void Terminate(int pid) => Assert.Equal(0, Signal(pid, Term));

    /// <summary>Ends a process as a power failure would. That it is gone already is fine.</summary>
    public static void KillHard(int pid) => _ = Signal(pid, Kill);

    /// <summary>It stands still: takes connections, and answers nothing.</summary>
    public static void Freeze(int pid) => _ = Signal(pid, Stop);

    /// <summary>Ctrl-C, as a terminal sends it: to a process that leads a group, and to all in it.</summary>
    public static void Interrupt(int leader) => _ = Signal(-leader, Int);

    private static IReadOnlyList<int> Running(string program)
    {
        var pids = new List<int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)) continue;
            if (ProgramOf(folder)?.StartsWith(program, StringComparison.Ordinal) == true) pids.Add(pid);
        }

        return pids;
    }

    private static string? ProgramOf(string process)
    {
        try
        {
            return new FileInfo(process + "/exe").LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // it ended meanwhile
        }
    }

    private static string CommandLine(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline");
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static string[] EnvironmentOf(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/environ").Split('\0');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Signal(int pid, int signal);
}
