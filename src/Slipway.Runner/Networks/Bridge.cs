using System.Globalization;
using System.Text.Json;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Server;
using Slipway.Runner.Commands;

namespace Slipway.Runner.Networks;

/// <summary>
/// The bridge that all instances' networks hang on, through CNI's <c>bridge</c> plugin. A network is a namespace mounted
/// at <c>RUN/netns/ADDRESS</c>: the file's name is the whole record of it, so nothing can disagree after a crash.
/// </summary>
internal sealed class Bridge(ServerConfig config)
{
    private static readonly string[] PluginFolders = ["/usr/lib/cni", "/opt/cni/bin", "/usr/libexec/cni"];

    private readonly Lock _choosing = new();
    private readonly HashSet<string> _taken = [];
    private int _last;

    public string Gateway => config.Gateway;

    private string Folder => Path.Combine(config.Run, "netns");

    public string NamespacePath(string address) => Path.Combine(Folder, address);

    public string AddonAddress(int number) => $"{config.SubnetPrefix}.255.{number}";

    public void Prepare()
    {
        Directory.CreateDirectory(Folder);
        foreach (var file in Directory.EnumerateFiles(Folder)) _taken.Add(Path.GetFileName(file));
        Journal.Did("sysctl -w net.ipv4.ip_forward=1");
        File.WriteAllText("/proc/sys/net/ipv4/ip_forward", "1");
    }

    /// <summary>Addresses of all the networks that exist, used or not.</summary>
    public IReadOnlyList<string> Existing()
    {
        lock (_choosing) return [.. _taken];
    }

    /// <param name="addon">Number of an add-on, whose address is fixed; null for any free address.</param>
    /// <exception cref="SlipwayException">409 <c>address_taken</c>, or the plugin's failure.</exception>
    public async Task<string> ConnectAsync(int? addon, CancellationToken cancel)
    {
        var address = Choose(addon);
        try
        {
            await NetworkNamespace.CreateAsync(NamespacePath(address));
            var answer = await Plugin("ADD", address).RunAsync(cancel);
            var port = PortIn(answer);
            File.WriteAllText(AliasOf(port), address);
            if (addon is null) Isolate(port);
            return address;
        }
        catch
        {
            await DisconnectAsync(address);
            throw;
        }
    }

    /// <summary>
    /// The interface goes first, with the port on the bridge: a connection that was left half-closed keeps a namespace for
    /// minutes, and a database that comes back at its own address would share it with its predecessor.
    /// </summary>
    public async Task DisconnectAsync(string address)
    {
        foreach (var port in Ports().Where(port => ReadAlias(port) == address))
            await new Command("/usr/sbin/ip", "link", "delete", port).TryRunAsync(CancellationToken.None);
        NetworkNamespace.Remove(NamespacePath(address));
        lock (_choosing) _taken.Remove(address);
    }

    /// <summary>The bridge itself, when nothing hangs on it any more.</summary>
    public Task RemoveAsync() => Directory.Exists($"/sys/class/net/{config.Bridge}")
        ? new Command("/usr/sbin/ip", "link", "delete", config.Bridge).RunAsync(CancellationToken.None)
        : Task.CompletedTask;

    private string Choose(int? addon)
    {
        lock (_choosing)
        {
            if (addon is { } number)
            {
                var fixedAddress = AddonAddress(number);
                return _taken.Add(fixedAddress) ? fixedAddress : throw new SlipwayException(409, new SlipwayError("address_taken", $"Another add-on has the address {fixedAddress}.")
                {
                    Next = "Stop and remove that instance first.",
                });
            }

            const int first = 1 << 8, count = 254 << 8;
            for (var tried = 0; tried < count; tried++)
            {
                _last = (_last + 1) % count;
                var n = first + _last;
                if ((n & 0xff) is 0 or 0xff) continue;
                var address = $"{config.SubnetPrefix}.{n >> 8}.{n & 0xff}";
                if (_taken.Add(address)) return address;
            }

            throw new SlipwayException(503, new SlipwayError("addresses_exhausted", "All addresses of the instances' network are in use."));
        }
    }

    private IEnumerable<string> Ports() => Directory.Exists($"/sys/class/net/{config.Bridge}/brif")
        ? Directory.EnumerateFileSystemEntries($"/sys/class/net/{config.Bridge}/brif").Select(path => Path.GetFileName(path))
        : [];

    /// <summary>The host's end of an instance's interface: its alias is the instance's address.</summary>
    private static string AliasOf(string port) => $"/sys/class/net/{port}/ifalias";

    private static string? ReadAlias(string port)
    {
        try
        {
            return File.ReadAllText(AliasOf(port)).TrimEnd('\n');
        }
        catch (IOException)
        {
            return null; // gone meanwhile
        }
    }

    private static string PortIn(string answer)
    {
        using var json = JsonDocument.Parse(answer);
        foreach (var device in json.RootElement.GetProperty("interfaces").EnumerateArray())
        {
            if (device.TryGetProperty("sandbox", out var sandbox) && sandbox.GetString() is { Length: > 0 }) continue;
            var name = device.GetProperty("name").GetString()!;
            if (Directory.Exists($"/sys/class/net/{name}/brport")) return name;
        }

        throw new SlipwayException(500, new SlipwayError("network_port_missing", "The instance's port on the bridge was not found, so it cannot be isolated.") { Why = answer });
    }

    /// <summary>An isolated port exchanges frames with the host and with add-ons (ports that are not), never with its like.</summary>
    private static void Isolate(string port)
    {
        Journal.Did($"bridge link set dev {port} isolated on");
        File.WriteAllText($"/sys/class/net/{port}/brport/isolated", "1");
    }

    /// <summary>
    /// The address in hardware follows from the one in IP, so who remembers an earlier instance at the same address (the
    /// host after a restart of the runner, an app whose database was restarted) reaches the new one at once and not only
    /// when that memory runs out.
    /// </summary>
    private static string MacOf(string address) =>
        "0a:58:" + string.Join(':', address.Split('.').Select(octet => byte.Parse(octet, CultureInfo.InvariantCulture).ToString("x2", CultureInfo.InvariantCulture)));

    private Command Plugin(string verb, string address)
    {
        var folder = PluginFolders.FirstOrDefault(f => File.Exists(f + "/bridge")) ?? PluginFolders[0];
        return new Command(folder + "/bridge")
        {
            Environment = new Dictionary<string, string>
            {
                ["CNI_COMMAND"] = verb, ["CNI_CONTAINERID"] = $"{config.Name}-{address}", ["CNI_NETNS"] = NamespacePath(address),
                ["CNI_IFNAME"] = "eth0", ["CNI_PATH"] = folder, ["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin",
            },
            Input = $$$"""
                {"cniVersion":"0.4.0","name":"{{{config.Name}}}","type":"bridge","bridge":"{{{config.Bridge}}}","isGateway":true,
                 "runtimeConfig":{"mac":"{{{MacOf(address)}}}"},
                 "ipam":{"type":"static","addresses":[{"address":"{{{address}}}/16","gateway":"{{{Gateway}}}"}],"routes":[{"dst":"0.0.0.0/0","gw":"{{{Gateway}}}"}]}}
                """,
        };
    }
}
