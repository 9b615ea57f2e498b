using System.Text.RegularExpressions;
using Slipway.Runner.Commands;

namespace Slipway.Runner.Stacks;

/// <summary>Where the stacks' packages come from: the mirror and the proxy that the host's own apt uses, where the host is Debian.</summary>
internal static partial class DebianArchive
{
    public const string Suite = "bookworm";
    public const string Keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

    private const string Main = "http://deb.debian.org/debian";
    private const string Security = "http://deb.debian.org/debian-security";

    /// <summary>Lines of a sources.list.</summary>
    public static IReadOnlyList<string> Sources()
    {
        var host = HostUris();
        var main = host.FirstOrDefault(uri => uri.TrimEnd('/').EndsWith("/debian", StringComparison.Ordinal)) ?? Main;
        var security = host.FirstOrDefault(uri => uri.TrimEnd('/').EndsWith("/debian-security", StringComparison.Ordinal)) ?? Security;
        return [$"deb {main} {Suite} main", $"deb {main} {Suite}-updates main", $"deb {security} {Suite}-security main"];
    }

    /// <summary>The host's apt settings that decide how the archive is reached.</summary>
    public static async Task<IReadOnlyList<string>> ProxyOptionsAsync(CancellationToken cancel)
    {
        var settings = await new Command("/usr/bin/apt-config", "dump").RunAsync(cancel);
        return [.. settings.Split('\n').Where(line => ProxySetting().IsMatch(line)).Select(line => line.TrimEnd(';'))];
    }

    private static List<string> HostUris()
    {
        var files = new List<string> { "/etc/apt/sources.list" };
        if (Directory.Exists("/etc/apt/sources.list.d")) files.AddRange(Directory.EnumerateFiles("/etc/apt/sources.list.d").Order(StringComparer.Ordinal));
        return
        [
            .. files.Where(File.Exists).SelectMany(File.ReadLines)
                .Where(line => line.StartsWith("deb ", StringComparison.Ordinal) || line.StartsWith("URIs:", StringComparison.OrdinalIgnoreCase))
                .SelectMany(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Where(word => Archive().IsMatch(word)),
        ];
    }

    [GeneratedRegex(@"\Ahttps?://[A-Za-z0-9.:_/~-]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Archive();

    [GeneratedRegex(@"\AAcquire::https?::(Proxy|Verify-Peer|CAInfo)(::[^ ]+)? ""[^""]+"";\z", RegexOptions.CultureInvariant)]
    private static partial Regex ProxySetting();
}
