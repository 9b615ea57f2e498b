using System.Globalization;
using System.Text;
using Slipway.Contracts.Api;
using Slipway.Contracts.Runner;
using Slipway.Control.Cron;

namespace Slipway.Control.Ejections.Recipes;

/// <summary>
/// Units that run the app's own file system (<c>RootDirectory=</c>), so that it does not matter which Linux the host is; and
/// the configuration of the host's nginx.
/// </summary>
internal static class SystemdRecipe
{
    /// <summary>Where it is installed.</summary>
    public static string Home(EjectedApp app) => "/srv/" + app.Name;

    public static IEnumerable<EjectedFile> Files(EjectedApp app)
    {
        foreach (var process in app.Processes)
            yield return Unit(app, $"{app.Name}-{process.Name}@", $"{app.Name} {process.Type}.%i", process.Command, Own(app, process), process.Limits, "exec", process.Type == "web");
        if (app.ReleaseCommand is { } release)
            yield return Unit(app, $"{app.Name}-release", $"{app.Name}: prepares a release", release, Named("release.1"), Instances.InstanceSize.Default.Limits, "oneshot", isWeb: false);
        foreach (var cron in app.Cron)
        {
            yield return Unit(app, $"{app.Name}-cron-{cron.Name}", $"{app.Name}: {cron.Entry.Name}", cron.Command, Named("cron.1"), cron.Limits, "oneshot", isWeb: false, cron.Entry.TimeLimitSeconds);
            yield return Timer(app, cron);
        }

        if (app.IsServed)
            yield return new EjectedFile($"nginx/{app.Name}.conf", NginxConfig.Write(app, new NginxPlace(
                [.. Enumerable.Range(1, Math.Max(1, app.Web?.Quantity ?? 0)).Select(number => app.ListensOnSocket ? $"unix:/run/{app.Name}/web-{number}/web.sock" : $"127.0.0.1:{Port(number.ToString(CultureInfo.InvariantCulture))}")],
                Home(app) + "/root", Home(app) + "/volumes")), Secret: false);
    }

    /// <summary>Web processes share the host's network, so each has a port of its own.</summary>
    private static string Port(string number) => "500" + number;

    private static Dictionary<string, string> Own(EjectedApp app, EjectedProcess process)
    {
        var own = new Dictionary<string, string>(process.Environment) { ["SLIPWAY_INSTANCE"] = process.Type + ".%i" };
        if (process.Type == "web" && !app.ListensOnSocket) own["PORT"] = Port("%i");
        return own;
    }

    private static Dictionary<string, string> Named(string instance) => new() { ["SLIPWAY_INSTANCE"] = instance };

    private static EjectedFile Unit(
        EjectedApp app, string name, string description, IReadOnlyList<string> command, IReadOnlyDictionary<string, string> own, ResourceLimits limits, string type, bool isWeb, int? timeLimit = null)
    {
        var text = new StringBuilder();
        text.Append($"[Unit]\nDescription={description}\nWants=network-online.target\nAfter=network-online.target{string.Concat(app.Databases.Select(database => $" {database.Elsewhere.Package.Replace("-server", "", StringComparison.Ordinal)}.service"))}\n\n");
        text.Append($"[Service]\nType={type}\nUser={app.Uid}\nGroup={app.Uid}\nRootDirectory={Home(app)}/root\nMountAPIVFS=yes\nPrivateTmp=yes\nBindReadOnlyPaths=/etc/hosts /etc/resolv.conf\n");
        foreach (var (volume, path) in app.Volumes.OrderBy(one => one.Key, StringComparer.Ordinal)) text.Append($"BindPaths={Home(app)}/volumes/{volume}:{path}\n");
        if (isWeb) text.Append($"RuntimeDirectory={app.Name}/web-%i\nBindPaths=/run/{app.Name}/web-%i:/run/slipway\n");
        text.Append($"WorkingDirectory={app.Facts.WorkingDirectory}\n");
        foreach (var (key, value) in app.ImageEnvironment.Concat(own).OrderBy(one => one.Key, StringComparer.Ordinal)) text.Append($"Environment={Word($"{key}={value}", isCommand: false)}\n");
        text.Append($"EnvironmentFile={Home(app)}/.env\n");
        // systemd looks for a program on its own path and not on the app's; env looks on the app's.
        text.Append($"ExecStart={string.Join(' ', (command[0].StartsWith('/') ? command : ["/usr/bin/env", .. command]).Select(word => Word(word, isCommand: true)))}\n");
        text.Append(type == "oneshot" ? string.Create(CultureInfo.InvariantCulture, $"TimeoutStartSec={timeLimit ?? 3600}\n") : "Restart=always\nRestartSec=1\nTimeoutStopSec=30\n");
        if (app.Facts.Container?.StopSignal is { } signal) text.Append(CultureInfo.InvariantCulture, $"KillSignal={signal}\n");
        text.Append(CultureInfo.InvariantCulture, $"UMask=0022\nMemoryMax={limits.MemoryBytes >> 20}M\nCPUQuota={limits.CpuMillis / 10}%\nTasksMax={limits.Pids}\n");
        text.Append("NoNewPrivileges=yes\nCapabilityBoundingSet=\nPrivateDevices=yes\nProtectKernelTunables=yes\nProtectControlGroups=yes\nRestrictSUIDSGID=yes\n");
        if (type != "oneshot") text.Append("\n[Install]\nWantedBy=multi-user.target\n");
        return new EjectedFile($"systemd/{name}.service", text.ToString(), Secret: false);
    }

    private static EjectedFile Timer(EjectedApp app, EjectedCron cron)
    {
        var when = OnCalendar.Of(cron.Entry) is { } calendar ? $"OnCalendar={calendar}" : $"# '{cron.Entry.Schedule}' has no words in systemd's calendar: write the nearest.\nOnCalendar=";
        return new EjectedFile($"systemd/{app.Name}-cron-{cron.Name}.timer",
            $"[Unit]\nDescription={app.Name}: {cron.Entry.Name}, {cron.Entry.Schedule}\n\n[Timer]\n{when}\nPersistent={(cron.Entry.Missed == CronMissed.Run ? "yes" : "no")}\n\n[Install]\nWantedBy=timers.target\n", Secret: false);
    }

    /// <summary>In a unit '%' begins a specifier, and in a command '$' a variable.</summary>
    private static string Word(string value, bool isCommand)
    {
        var quoted = value.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)
            .Replace("%", "%%", StringComparison.Ordinal);
        // %i stands in no app's own variable: it was put there for the unit's instance.
        quoted = isCommand ? quoted.Replace("$", "$$", StringComparison.Ordinal) : quoted.Replace("%%i", "%i", StringComparison.Ordinal);
        return quoted.All(c => char.IsAsciiLetterOrDigit(c) || "_@%+=:,./-$".Contains(c)) ? quoted : $"\"{quoted}\"";
    }
}
