using System.Text.Json;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Server;
using Slipway.Runner.Commands;
using Slipway.Runner.Kernel;

namespace Slipway.Runner.Oci;

/// <summary>
/// Finds the OCI runtime that works on this host by creating a trivial container with each: crun first, as it is
/// faster, then runc. What was found holds until the host reboots or a runtime is upgraded.
/// </summary>
internal sealed class RuntimeProbe(ServerConfig config)
{
    private static readonly string[] Programs = ["crun", "runc"];
    private static readonly string[] Folders = ["/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin"];

    private string CacheFile => Path.Combine(config.Run, "oci-runtime.json");

    public async Task<OciRuntime> FindAsync(CancellationToken cancel)
    {
        var found = Programs.Select(p => Folders.Select(f => Path.Combine(f, p)).FirstOrDefault(File.Exists)).OfType<string>().ToList();
        var key = string.Join('\n', [File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim(), .. found.Select(Stamp)]);
        if (ReadCache(key) is { } known) return known;

        var refused = new List<string>();
        foreach (var program in found)
        {
            var version = (await new Command(program, "--version").RunAsync(cancel)).Split('\n')[0].Split(' ')[^1];
            var failure = await TryAsync(program, cancel);
            if (failure is null)
            {
                var why = refused.Count == 0 ? "It is the first choice and ran a container here." : $"It ran a container here. {string.Join(' ', refused)}";
                var runtime = new OciRuntime(program, version, why, OciRuntime.StateRootOf(config));
                WriteCache(key, runtime);
                return runtime;
            }

            refused.Add($"{Path.GetFileName(program)} {version} was refused: {failure}");
        }

        throw new SlipwayException(500, new SlipwayError("no_oci_runtime", "No OCI runtime works on this host.")
        {
            Why = refused.Count == 0 ? "Neither crun nor runc is installed." : string.Join(' ', refused),
            Next = refused.Count == 0 ? "apt-get install runc crun" : "Update crun and runc, or report this with the text above.",
        });
    }

    /// <summary>Runs a real container with real limits to its end.</summary>
    /// <returns>What the runtime said when it failed; null when it worked.</returns>
    private async Task<string?> TryAsync(string program, CancellationToken cancel)
    {
        const string initStatic = "/usr/bin/tini-static";
        var folder = Path.Combine(config.Run, "probe");
        var id = $"{config.Name}-probe";
        Kernel.Folders.Remove(folder);
        Directory.CreateDirectory(Path.Combine(folder, "rootfs"));
        try
        {
            File.Copy(initStatic, Path.Combine(folder, "rootfs", "init"));
            File.SetUnixFileMode(Path.Combine(folder, "rootfs", "init"), (UnixFileMode)0x1ed);
            File.WriteAllText(Path.Combine(folder, "config.json"), $$$"""
                {"ociVersion":"1.0.2","root":{"path":"rootfs"},"process":{"user":{"uid":65534,"gid":65534},"args":["/init","--version"],"env":[],"cwd":"/","noNewPrivileges":true},
                 "mounts":[{"destination":"/proc","type":"proc","source":"proc"}],
                 "linux":{"cgroupsPath":"/{{{config.Name}}}/probe","namespaces":[{"type":"pid"},{"type":"mount"},{"type":"ipc"},{"type":"uts"},{"type":"network"},{"type":"cgroup"}],
                  "resources":{"memory":{"limit":67108864},"cpu":{"quota":100000,"period":100000},"pids":{"limit":16} } } }
                """);
            var run = new Command(program, "--root", Path.Combine(folder, "state"), "run", "--bundle", folder, id);
            var result = await run.TryRunAsync(cancel);
            if (result.ExitCode == 0) return null;
            await new Command(program, "--root", Path.Combine(folder, "state"), "delete", "--force", id).TryRunAsync(cancel);
            return result.LastLine;
        }
        finally
        {
            Kernel.Folders.Remove(folder);
            new Cgroups.Cgroup($"/{config.Name}/probe").Remove();
        }
    }

    private static string Stamp(string program) => $"{program} {File.GetLastWriteTimeUtc(program):O}";

    private OciRuntime? ReadCache(string key)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllText(CacheFile));
            string Text(string name) => json.RootElement.GetProperty(name).GetString()!;
            return Text("key") == key ? new OciRuntime(Text("program"), Text("version"), Text("why"), OciRuntime.StateRootOf(config)) : null;
        }
        catch (Exception e) when (e is IOException or JsonException or KeyNotFoundException)
        {
            return null;
        }
    }

    private void WriteCache(string key, OciRuntime runtime)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("key", key);
            json.WriteString("program", runtime.Program);
            json.WriteString("version", runtime.Version);
            json.WriteString("why", runtime.Why);
            json.WriteEndObject();
        }

        Kernel.Folders.Write(CacheFile, buffer.ToArray());
    }
}
