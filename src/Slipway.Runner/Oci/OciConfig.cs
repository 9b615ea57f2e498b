using System.Text.Json;
using System.Text.Json.Nodes;
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

    /// <summary>What root of a user namespace does in a build: all of it within that namespace, as the kernel sees to.</summary>
    private static readonly string[] RootCapabilities =
    [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_SETGID", "CAP_SETUID", "CAP_SETPCAP", "CAP_SETFCAP",
        "CAP_SYS_CHROOT", "CAP_SYS_ADMIN", "CAP_NET_BIND_SERVICE",
    ];

    /// <summary>The system calls for that, which nobody else has: the profile with one rule more.</summary>
    private static readonly byte[] NamespaceSeccomp = AllowMore(Seccomp, "mount", "umount", "umount2", "unshare", "setns", "clone", "chroot", "pivot_root", "sethostname", "setdomainname");

    /// <summary>No more than the runner itself may have: not even root raises a hard limit everywhere.</summary>
    private static readonly int OpenFiles = ReadOpenFilesLimit();

    private static readonly string[] Masked =
    [
        "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
        "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap",
    ];

    private static readonly string[] ReadOnlyPaths = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

    /// <param name="guestUidBase">See <see cref="Contracts.Server.ServerConfig.GuestUidBase"/>.</param>
    /// <param name="networkNamespace">Null for a namespace of its own with loopback only.</param>
    public static byte[] Write(InstanceSpec spec, string root, string? networkNamespace, Cgroup cgroup, IReadOnlyList<BindMount> binds, int guestUidBase)
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
            WriteProcess(json, [InitPath, "--", .. spec.Command], spec.Environment, spec.WorkingDirectory, spec, spec.Terminal);
            json.WriteStartArray("mounts");
            WriteMounts(json, spec, binds);
            json.WriteEndArray();
            json.WriteStartObject("linux");
            WriteLinux(json, spec, networkNamespace, cgroup, guestUidBase);
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
            WriteProcess(json, request.Command, environment, request.WorkingDirectory, spec, request.Terminal);
        return buffer.ToArray();
    }

    private static void WriteProcess(
        Utf8JsonWriter json, IEnumerable<string> command, IReadOnlyDictionary<string, string> environment, string directory, InstanceSpec spec, TerminalSize? terminal)
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
        json.WriteNumber("uid", UidInside(spec));
        json.WriteNumber("gid", UidInside(spec));
        json.WriteNumber("umask", 0x12);
        json.WriteEndObject();
        WriteStrings(json, "args", command);
        WriteStrings(json, "env", environment.Select(e => $"{e.Key}={e.Value}"));
        json.WriteString("cwd", directory);
        json.WriteBoolean("noNewPrivileges", true);
        json.WriteNumber("oomScoreAdj", 200);
        json.WriteStartObject("capabilities");
        foreach (var set in (ReadOnlySpan<string>)["bounding", "effective", "permitted", "inheritable", "ambient"]) WriteStrings(json, set, spec.UserNamespace ? RootCapabilities : []);
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
        // Who owns a network may look at it there; a user namespace does not own the one that it was given.
        if (spec.UserNamespace) Mount("/sys", "tmpfs", "tmpfs", "nosuid", "noexec", "nodev", "ro", "size=4k");
        else Mount("/sys", "sysfs", "sysfs", "nosuid", "noexec", "nodev", "ro");

        // Runtimes that size themselves by cgroup can read theirs; version 1 would be a dozen mounts, and slow.
        if (Cgroup.Version == 2 && !spec.UserNamespace) Mount("/sys/fs/cgroup", "cgroup", "cgroup", "nosuid", "noexec", "nodev", "relatime", "ro");
        Mount("/run", "tmpfs", "tmpfs", "nosuid", "nodev", "mode=755", $"uid={UidInside(spec)}", $"gid={UidInside(spec)}", "size=16m");
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

    /// <summary>Its own, or root of its own users.</summary>
    private static int UidInside(InstanceSpec spec) => spec.UserNamespace ? 0 : spec.Uid;

    private static void WriteLinux(Utf8JsonWriter json, InstanceSpec spec, string? networkNamespace, Cgroup cgroup, int guestUidBase)
    {
        var limits = spec.Limits;
        json.WriteString("cgroupsPath", cgroup.Path);
        json.WriteStartArray("namespaces");
        foreach (var type in (string[])["pid", "ipc", "uts", "mount", "cgroup", "network", .. spec.UserNamespace ? (string[])["user"] : []])
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            if (type == "network" && networkNamespace is not null) json.WriteString("path", networkNamespace);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (spec.UserNamespace)
        {
            foreach (var ids in (ReadOnlySpan<string>)["uidMappings", "gidMappings"]) WriteMappings(json, ids, spec.Uid, guestUidBase);
        }

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
        json.WriteRawValue(spec.UserNamespace ? NamespaceSeccomp : Seccomp, skipInputValidation: true);
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

    private static void WriteMappings(Utf8JsonWriter json, string name, int root, int others)
    {
        json.WriteStartArray(name);
        foreach (var (inside, outside, count) in (ReadOnlySpan<(int, int, int)>)[(0, root, 1), (1, others, Contracts.Server.ServerConfig.GuestUidCount)])
        {
            json.WriteStartObject();
            json.WriteNumber("containerID", inside);
            json.WriteNumber("hostID", outside);
            json.WriteNumber("size", count);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static int ReadOpenFilesLimit()
    {
        const int wanted = 65536;
        var line = File.ReadLines("/proc/self/limits").First(l => l.StartsWith("Max open files", StringComparison.Ordinal));
        var hard = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[4];
        return int.TryParse(hard, out var limit) ? Math.Min(limit, wanted) : wanted;
    }

    private static byte[] AllowMore(byte[] profile, params string[] calls)
    {
        var json = JsonNode.Parse(profile)!;
        json["syscalls"]!.AsArray().Insert(0, new JsonObject { ["action"] = "SCMP_ACT_ALLOW", ["names"] = new JsonArray([.. calls.Select(call => (JsonNode)call)]) });
        return System.Text.Encoding.UTF8.GetBytes(json.ToJsonString());
    }

    private static byte[] ReadSeccomp()
    {
        using var resource = typeof(OciConfig).Assembly.GetManifestResourceStream("seccomp.json")!;
        using var bytes = new MemoryStream();
        resource.CopyTo(bytes);
        return bytes.ToArray();
    }
}
