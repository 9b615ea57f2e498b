using System.Net;

namespace Slipway.Runner.Roots;

/// <summary>The host's real name servers: a stub on its loopback cannot be reached from an instance.</summary>
internal static class Nameservers
{
    private static readonly string[] Files = ["/etc/resolv.conf", "/run/systemd/resolve/resolv.conf", "/run/NetworkManager/no-stub-resolv.conf"];

    /// <returns>The text of a resolv.conf.</returns>
    public static string ForInstances()
    {
        foreach (var file in Files.Where(File.Exists))
        {
            var lines = File.ReadAllLines(file);
            var servers = lines.Where(l => l.StartsWith("nameserver ", StringComparison.Ordinal)).Select(l => l.Split(' ', 2)[1].Trim())
                .Where(s => IPAddress.TryParse(s, out var ip) && !IPAddress.IsLoopback(ip) && ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork).ToList();
            if (servers.Count == 0) continue;
            var other = lines.Where(l => l.StartsWith("search ", StringComparison.Ordinal) || l.StartsWith("options ", StringComparison.Ordinal));
            return string.Concat([.. servers.Select(s => $"nameserver {s}\n"), .. other.Select(l => l + "\n")]);
        }

        return "# the host has no name server that an instance could reach\n";
    }
}
