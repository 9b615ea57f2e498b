using System.Text.Json;
using Slipway.Contracts.Runner;
using Slipway.Runner.Cgroups;

namespace Slipway.Runner.Oci;

/// <summary>A folder or file of the host that shows inside a container.</summary>
internal sealed record BindMount(string Source, string Target, bool ReadOnly, bool Executable = true);

/// <summary>
/// Writes an instance's OCI configuration: a user without capabilities and with no way to gain any, seccomp, its own
/// namespaces, and limits on everything.
/// </summary>
internal static class OciConfig
{
    /// <summary>Where the small init lies inside: it reaps orphans and passes signals on, which pid 1 does not do by itself.</summary>
    public const string InitPath = "/run/init";

    private static readonly byte[] Seccomp = ReadSeccomp();

    /// <summary>No more than the runner itself may have: not even root raises a hard limit everywhere.</summary>
    private static readonly int OpenFiles = ReadOpenFilesLimit();

    private static readonly string[] Masked =
    [
        "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
        "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap",
    ];

    private static readonly string[] ReadOnlyPaths = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

    /// <param name="networkNamespace">Null for a namespace of its own with loopback only.</param>
    public static byte[] Write(InstanceSpec spec, string root, string? networkNamespace, Cgroup cgroup, IReadOnlyList<BindMount> binds)
    {
        using var buffer = new MemoryStream(16 * 1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("ociVersion", "1.0.2");
            json.WriteString("hostname", spec.Name.Replace('_', '-').Replace('.', '-'));
            json.WriteStartObject("root");
            json.WriteString("path", root);
            json.WriteEndObject();
            json.WritePropertyName("process");
            WriteProcess(json, [InitPath, "--", .. spec.Command], spec.Environment, spec.WorkingDirectory, spec.Uid, spec.Terminal);
            json.WriteStartArray("mounts");
            WriteMounts(json, spec, binds);
            json.WriteEndArray();
            json.WriteStartObject("linux");
            WriteLinux(json, spec.Limits, networkNamespace, cgroup);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    /// <summary>What <c>exec --process</c> reads: one more process of a container, no freer than its first.</summary>
    public static byte[] WriteExec(InstanceSpec spec, ExecRequest request)
    {
        var environment = new Dictionary<string, string>(spec.Environment);
        foreach (var (key, value) in request.Environment) environment[key] = value;
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
            WriteProcess(json, request.Command, environment, request.WorkingDirectory, spec.Uid, request.Terminal);
        return buffer.ToArray();
    }

    private static void WriteProcess(
        Utf8JsonWriter json, IEnumerable<string> command, IReadOnlyDictionary<string, string> environment, string directory, int uid, TerminalSize? terminal)
    {
        json.WriteStartObject();
        json.WriteBoolean("terminal", terminal is not null);
        if (terminal is not null)
        {
            json.WriteStartObject("consoleSize");
            json.WriteNumber("height", terminal.Rows);
            json.WriteNumber("width", terminal.Columns);
            json.WriteEndObject();
        }

        json.WriteStartObject("user");
        json.WriteNumber("uid", uid);
        json.WriteNumber("gid", uid);
        json.WriteNumber("umask", 0x12);
        json.WriteEndObject();
        WriteStrings(json, "args", command);
        WriteStrings(json, "env", environment.Select(e => $"{e.Key}={e.Value}"));
        json.WriteString("cwd", directory);
        json.WriteBoolean("noNewPrivileges", true);
        json.WriteNumber("oomScoreAdj", 200);
        json.WriteStartObject("capabilities");
        foreach (var set in (ReadOnlySpan<string>)["bounding", "effective", "permitted", "inheritable", "ambient"]) WriteStrings(json, set, []);
        json.WriteEndObject();
        json.WriteStartArray("rlimits");
        WriteLimit(json, "RLIMIT_NOFILE", OpenFiles);
        WriteLimit(json, "RLIMIT_CORE", 0);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteMounts(Utf8JsonWriter json, InstanceSpec spec, IReadOnlyList<BindMount> binds)
    {
        var sharedMemory = Math.Min(64L << 20, spec.Limits.MemoryBytes / 2);
        Mount("/proc", "proc", "proc", "nosuid", "noexec", "nodev");
        Mount("/dev", "tmpfs", "tmpfs", "nosuid", "strictatime", "mode=755", "size=65536k");
        Mount("/dev/pts", "devpts", "devpts", "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5");
        Mount("/dev/shm", "tmpfs", "shm", "nosuid", "noexec", "nodev", "mode=1777", $"size={sharedMemory}");
        Mount("/dev/mqueue", "mqueue", "mqueue", "nosuid", "noexec", "nodev");
        Mount("/sys", "sysfs", "sysfs", "nosuid", "noexec", "nodev", "ro");

        // Runtimes that size themselves by cgroup can read theirs; version 1 would be a dozen mounts, and slow.
        if (Cgroup.Version == 2) Mount("/sys/fs/cgroup", "cgroup", "cgroup", "nosuid", "noexec", "nodev", "relatime", "ro");
        Mount("/run", "tmpfs", "tmpfs", "nosuid", "nodev", "mode=755", $"uid={spec.Uid}", $"gid={spec.Uid}", "size=16m");
        foreach (var bind in binds)
        {
            Mount(bind.Target, "bind", bind.Source, "bind", "nosuid", "nodev", bind.ReadOnly ? "ro" : "rw", bind.Executable ? "exec" : "noexec");
        }

        void Mount(string target, string type, string source, params IEnumerable<string> options)
        {
            json.WriteStartObject();
            json.WriteString("destination", target);
            json.WriteString("type", type);
            json.WriteString("source", source);
            WriteStrings(json, "options", options);
            json.WriteEndObject();
        }
    }

    private static void WriteLinux(Utf8JsonWriter json, ResourceLimits limits, string? networkNamespace, Cgroup cgroup)
    {
        json.WriteString("cgroupsPath", cgroup.Path);
        json.WriteStartArray("namespaces");
        foreach (var type in (ReadOnlySpan<string>)["pid", "ipc", "uts", "mount", "cgroup", "network"])
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            if (type == "network" && networkNamespace is not null) json.WriteString("path", networkNamespace);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("resources");
        json.WriteStartArray("devices");
        json.WriteStartObject();
        json.WriteBoolean("allow", false);
        json.WriteString("access", "rwm");
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartObject("memory");
        json.WriteNumber("limit", limits.MemoryBytes);
        if (Cgroup.LimitsSwap) json.WriteNumber("swap", limits.MemoryBytes);
        json.WriteEndObject();
        json.WriteStartObject("cpu");
        json.WriteNumber("quota", limits.CpuMillis * 100L);
        json.WriteNumber("period", 100_000);
        json.WriteEndObject();
        json.WriteStartObject("pids");
        json.WriteNumber("limit", limits.Pids);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WritePropertyName("seccomp");
        json.WriteRawValue(Seccomp, skipInputValidation: true);
        WriteStrings(json, "maskedPaths", Masked);
        WriteStrings(json, "readonlyPaths", ReadOnlyPaths);
    }

    private static void WriteLimit(Utf8JsonWriter json, string type, int value)
    {
        json.WriteStartObject();
        json.WriteString("type", type);
        json.WriteNumber("hard", value);
        json.WriteNumber("soft", value);
        json.WriteEndObject();
    }

    private static void WriteStrings(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }

    private static int ReadOpenFilesLimit()
    {
        const int wanted = 65536;
        var line = File.ReadLines("/proc/self/limits").First(l => l.StartsWith("Max open files", StringComparison.Ordinal));
        var hard = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[4];
        return int.TryParse(hard, out var limit) ? Math.Min(limit, wanted) : wanted;
    }

    private static byte[] ReadSeccomp()
    {
        using var resource = typeof(OciConfig).Assembly.GetManifestResourceStream("seccomp.json")!;
        using var bytes = new MemoryStream();
        resource.CopyTo(bytes);
        return bytes.ToArray();
    }
}
