using System.Globalization;

namespace Slipway.Bench;

/// <summary>Memory as the kernel shares it out (PSS) of Slipway's own processes: daemons, their supervisors, a monitor for each instance.</summary>
internal sealed class Memory(Server server)
{
    public Result Measure()
    {
        var (own, apps) = (0L, 0L);
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out _)))
        {
            var (command, cgroup) = (Read(process + "/cmdline"), Read(process + "/cgroup"));
            if (cgroup.Contains($"/{server.Config.Name}/", StringComparison.Ordinal)) apps += Pss(process);
            else if (IsOwn(command)) own += Pss(process);
        }

        return new Result("e", "memory (PSS) of all of Slipway, idle, five apps deployed", own / 1024.0, "the five apps and their PostgreSQL", apps / 1024.0, "MB", "≤ 150 MB");
    }

    private bool IsOwn(string command)
    {
        var name = server.Config.Name;
        return command.StartsWith($"/usr/lib/{name}/", StringComparison.Ordinal)
            || (command.StartsWith("/usr/bin/conmon", StringComparison.Ordinal) && command.Contains($"/{name}/", StringComparison.Ordinal))
            || command.StartsWith($"runsvdir\0-P\0/run/{name}/", StringComparison.Ordinal)
            || command.StartsWith($"runsv\0{name}", StringComparison.Ordinal)
            || (command.StartsWith("svlogd\0", StringComparison.Ordinal) && command.Contains($"/var/log/{name}/", StringComparison.Ordinal));
    }

    private static long Pss(string process) => Read(process + "/smaps_rollup").Split('\n')
        .Where(line => line.StartsWith("Pss:", StringComparison.Ordinal))
        .Select(line => long.Parse(line.AsSpan(4).Trim().ToString().Split(' ')[0], CultureInfo.InvariantCulture)).FirstOrDefault();

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ""; // the process ended meanwhile
        }
    }
}
