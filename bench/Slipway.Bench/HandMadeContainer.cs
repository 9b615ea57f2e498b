using System.Diagnostics;
using System.Text.Json.Nodes;
using Slipway.Contracts.Names;

namespace Slipway.Bench;

/// <summary>What a person would type: an overlay over the stack, a bridge, and <c>runc run</c> with the specification that runc writes.</summary>
internal sealed class HandMadeContainer : IDisposable
{
    private const string Network = "slwbench";
    private readonly string _folder = Directory.CreateTempSubdirectory("slipway-hand-").FullName;
    private readonly string _runtime;
    private readonly string _lower;
    private int _number;

    private HandMadeContainer(string runtime, string lower) => (_runtime, _lower) = (runtime, lower);

    public static async Task<HandMadeContainer> CreateAsync(Server server, Digest stack, string runtime)
    {
        var made = new HandMadeContainer(runtime, Path.Combine(server.Config.LayersDirectory, stack.FileName));
        await Programs.RunAsync(runtime, ["spec"], made._folder);
        return made;
    }

    /// <returns>Seconds to the first byte of its output; cleaning up is not counted.</returns>
    public async Task<double> StartAsync(bool withNetwork)
    {
        var id = $"slwbench{++_number}";
        var bundle = Directory.CreateDirectory(Path.Combine(_folder, id)).FullName;
        var scratch = Directory.CreateDirectory(Path.Combine(bundle, "scratch")).FullName;
        Directory.CreateDirectory(Path.Combine(bundle, "rootfs"));
        WriteSpec(bundle, withNetwork ? id : null);

        if (!withNetwork) await MountAsync(bundle, scratch);
        var began = Stopwatch.GetTimestamp();
        if (withNetwork)
        {
            var image = Path.Combine(bundle, "disk.img");
            using (var file = File.Create(image)) file.SetLength(2L << 30);
            await Programs.RunAsync("mkfs.ext4", ["-q", "-F", "-O", "^has_journal,^resize_inode", "-E", "lazy_itable_init=1", image]);
            await Programs.RunAsync("mount", ["-o", "loop", image, scratch]);
            await MountAsync(bundle, scratch);
            await Programs.RunAsync("ip", ["netns", "add", id]);
            await BridgeAsync("ADD", id);
        }

        using var container = Programs.Start(_runtime, ["run", "--bundle", bundle, id]);
        var first = new byte[1];
        if (await container.StandardOutput.BaseStream.ReadAsync(first) == 0) throw new InvalidOperationException(await container.StandardError.ReadToEndAsync());
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;

        await container.WaitForExitAsync();
        if (withNetwork)
        {
            await BridgeAsync("DEL", id);
            await Programs.RunAsync("ip", ["netns", "delete", id]);
        }

        await Programs.RunAsync("umount", [Path.Combine(bundle, "rootfs")]);
        if (withNetwork) await Programs.RunAsync("umount", [scratch]);
        return seconds;
    }

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        if (Directory.Exists("/sys/class/net/" + Network)) Programs.Start("ip", ["link", "delete", Network]).WaitForExit();
    }

    private async Task MountAsync(string bundle, string scratch)
    {
        Directory.CreateDirectory(Path.Combine(scratch, "upper"));
        Directory.CreateDirectory(Path.Combine(scratch, "work"));
        await Programs.RunAsync("mount", ["-t", "overlay", "-o", $"lowerdir={_lower},upperdir={scratch}/upper,workdir={scratch}/work", "overlay", Path.Combine(bundle, "rootfs")]);
    }

    private void WriteSpec(string bundle, string? network)
    {
        var spec = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, "config.json")))!;
        spec["process"]!["terminal"] = false;
        spec["process"]!["args"] = new JsonArray("/bin/echo", "x");
        if (network is not null)
            spec["linux"]!["namespaces"]!.AsArray().Single(ns => (string?)ns!["type"] == "network")!["path"] = "/run/netns/" + network;
        File.WriteAllText(Path.Combine(bundle, "config.json"), spec.ToJsonString());
    }

    private async Task BridgeAsync(string verb, string id)
    {
        var input = $$$"""{"cniVersion":"0.4.0","name":"{{{Network}}}","type":"bridge","bridge":"{{{Network}}}","isGateway":true,"ipam":{"type":"static","addresses":[{"address":"10.250.0.{{{1 + (_number % 250)}}}/16"}]}}""";
        using var plugin = Programs.Start("/usr/lib/cni/bridge", [], "/", new Dictionary<string, string>
        {
            ["CNI_COMMAND"] = verb, ["CNI_CONTAINERID"] = id, ["CNI_NETNS"] = "/run/netns/" + id, ["CNI_IFNAME"] = "eth0", ["CNI_PATH"] = "/usr/lib/cni",
        }, input);
        var said = await plugin.StandardOutput.ReadToEndAsync();
        await plugin.WaitForExitAsync();
        if (plugin.ExitCode != 0) throw new InvalidOperationException(said);
    }
}
