using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Runtime.InteropServices;

namespace Slipway.Control.Doctor;

/// <summary>What any user may read of the machine: files below /proc, and one system call.</summary>
internal static partial class MachineFacts
{
    private const int Unsynchronized = 5; // TIME_ERROR

    /// <summary>Cgroup controllers that limits are made of.</summary>
    private static readonly string[] Controllers = ["memory", "cpu", "pids"];

    public static (long Available, long Total) Memory()
    {
        var lines = File.ReadLines("/proc/meminfo").Select(line => line.Split(':', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        return (Bytes("MemAvailable"), Bytes("MemTotal"));

        long Bytes(string key) => long.Parse(lines[key].Trim().Split(' ')[0], CultureInfo.InvariantCulture) << 10;
    }

    public static KernelFacts Kernel()
    {
        var cgroups = File.ReadLines("/proc/cgroups").Where(line => !line.StartsWith('#')).Select(line => line.Split('\t')).ToDictionary(fields => fields[0], fields => fields[3] == "1");
        return new KernelFacts(
            File.ReadLines("/proc/filesystems").Any(line => line.EndsWith("\toverlay", StringComparison.Ordinal)),
            File.ReadLines("/proc/self/status").Any(line => line.StartsWith("Seccomp:", StringComparison.Ordinal)),
            Read("/proc/sys/user/max_user_namespaces") != "0",
            Read("/proc/sys/net/ipv4/ip_forward") == "1",
            [.. Controllers.Where(controller => cgroups.TryGetValue(controller, out var on) && !on)]);
    }

    /// <summary>Whether something keeps the clock right, as the kernel was told by it; null where it does not say.</summary>
    public static bool? ClockIsKept()
    {
        Span<byte> timex = stackalloc byte[256]; // struct timex, 208 bytes; all zero: nothing is to be changed
        var state = AdjustTime(ref MemoryMarshal.GetReference(timex));
        return state < 0 ? null : state != Unsynchronized;
    }

    public static IEnumerable<IPAddress> Addresses() => NetworkInterface.GetAllNetworkInterfaces()
        .SelectMany(network => network.GetIPProperties().UnicastAddresses).Select(one => one.Address).Where(address => !address.IsIPv6LinkLocal);

    /// <summary>Mount points below a folder.</summary>
    public static IEnumerable<string> Mounts(string folder) => File.ReadLines("/proc/self/mountinfo").Select(line => line.Split(' ')[4]).Where(point => point.StartsWith(folder + "/", StringComparison.Ordinal));

    /// <returns>Of each of these Debian packages its version, null where it is not installed; empty where there is no dpkg.</returns>
    public static IReadOnlyDictionary<string, string?> Packages(IEnumerable<string> wanted)
    {
        const string status = "/var/lib/dpkg/status";
        if (!File.Exists(status)) return new Dictionary<string, string?>();
        var found = wanted.ToDictionary(package => package, _ => (string?)null);
        var (name, installed) = ("", false);
        foreach (var line in File.ReadLines(status))
        {
            if (line.StartsWith("Package: ", StringComparison.Ordinal)) (name, installed) = (line["Package: ".Length..], false);
            else if (line.StartsWith("Status: ", StringComparison.Ordinal)) installed = line.EndsWith(" installed", StringComparison.Ordinal);
            else if (installed && line.StartsWith("Version: ", StringComparison.Ordinal) && found.ContainsKey(name)) found[name] = line["Version: ".Length..];
        }

        return found;
    }

    private static string? Read(string path) => File.Exists(path) ? File.ReadAllText(path).Trim() : null;

    [LibraryImport("libc", EntryPoint = "adjtimex")]
    private static partial int AdjustTime(ref byte timex);
}
