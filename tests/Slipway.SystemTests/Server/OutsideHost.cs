namespace Slipway.SystemTests.Server;

/// <summary>
/// A host beside the server, in a network namespace of its own: instances and builds reach it as they reach the internet. The
/// server's own ports they do not, and are not meant to.
/// </summary>
internal sealed class OutsideHost : IAsyncDisposable
{
    private OutsideHost(string name, int number) => (Namespace, Number) = ($"slipway-{name}", number);

    public string Namespace { get; }

    /// <summary>As everybody reaches it.</summary>
    public string Address => $"10.199.{Number}.2";

    /// <summary>The server, as it reaches that.</summary>
    public string Server => $"10.199.{Number}.1";

    private int Number { get; }

    /// <param name="number">1 to 254, another for each host that there is at a time.</param>
    public static async Task<OutsideHost> StartAsync(string name, int number)
    {
        var host = new OutsideHost(name, number);
        await Run.ProgramAsync("ip", ["netns", "delete", host.Namespace]); // of a run that was cut off
        await IpAsync("netns", "add", host.Namespace);
        await IpAsync("link", "add", $"slipout{number}", "type", "veth", "peer", "name", "eth0", "netns", host.Namespace);
        await IpAsync("address", "add", host.Server + "/24", "dev", $"slipout{number}");
        await IpAsync("link", "set", $"slipout{number}", "up");
        await IpAsync("-n", host.Namespace, "address", "add", host.Address + "/24", "dev", "eth0");
        await IpAsync("-n", host.Namespace, "link", "set", "eth0", "up");
        await IpAsync("-n", host.Namespace, "route", "add", "default", "via", host.Server);
        return host;
    }

    /// <summary>What comes to the host at this port goes to the server's, at <see cref="Server"/>.</summary>
    public async Task ForwardAsync(int port, int serverPort)
    {
        await InsideAsync("sysctl", "-q", "net.ipv4.ip_forward=1");
        await InsideAsync("nft", "add table ip forward");
        await InsideAsync("nft", "add chain ip forward in { type nat hook prerouting priority dstnat; }");
        await InsideAsync("nft", "add chain ip forward out { type nat hook postrouting priority srcnat; }");
        await InsideAsync("nft", $"add rule ip forward in tcp dport {port} dnat to {Server}:{serverPort}");
        await InsideAsync("nft", "add rule ip forward out masquerade");
    }

    public async ValueTask DisposeAsync() => await Run.ProgramAsync("ip", ["netns", "delete", Namespace]);

    private Task InsideAsync(params string[] command) => IpAsync(["netns", "exec", Namespace, .. command]);

    private static async Task IpAsync(params string[] arguments) => (await Run.ProgramAsync("ip", arguments)).MustSucceed();
}
