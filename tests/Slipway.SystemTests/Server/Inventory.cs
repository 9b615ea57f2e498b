using Slipway.Contracts.Names;

namespace Slipway.SystemTests.Server;

/// <summary>
/// All that the kernel and the disk hold for a server's instances, counted by kind. Two of them taken while the same
/// instances run are equal; what a crash leaves behind shows as a difference.
/// </summary>
internal sealed class Inventory
{
    private readonly SortedDictionary<string, IReadOnlyList<string>> _kinds = new(StringComparer.Ordinal);

    private Inventory()
    {
    }

    public static Inventory Of(Platform platform)
    {
        var config = platform.Config;
        var found = new Inventory();
        found.Add("instance folders", Names(config.InstancesDirectory));
        found.Add("socket folders", Names(config.InstanceSocketsDirectory));
        found.Add("monitors", Daemons.Monitors(platform).Select(pid => $"{pid}"));
        found.Add("bridge ports", Names($"/sys/class/net/{config.Bridge}/brif"));
        found.Add("cgroups", Cgroups(config.Name));
        found.Add("loop devices", LoopDevices(config.Home));
        var mounts = File.ReadLines("/proc/self/mountinfo").Select(line => line.Split(' ')).Select(fields => fields[4]).ToList();
        found.Add("mounts", mounts.Where(path => path.StartsWith(config.Home + "/instances/", StringComparison.Ordinal)));
        found.Add("socket disks", mounts.Where(path => path.StartsWith(config.InstanceSocketsDirectory + "/", StringComparison.Ordinal)));
        found.Add("networks", mounts.Where(path => path.StartsWith(config.Run + "/netns/", StringComparison.Ordinal)));
        found.Add("half-made layers", AllNames(config.LayersDirectory).Where(name => !IsWhole(name)));
        found.Add("half-made sources", AllNames(config.SourcesDirectory).Where(name => !IsWhole(name)));
        return found;
    }

    /// <summary>Once nothing has changed for two seconds: the runner makes some networks in advance, in the background.</summary>
    public static async Task<Inventory> SettledAsync(Platform platform)
    {
        var last = Of(platform);
        while (true)
        {
            await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
            var now = Of(platform);
            if (now.DifferenceFrom(last).Length == 0) return now;
            last = now;
        }
    }

    /// <summary>What there is more or less of than before; empty when nothing is.</summary>
    public string DifferenceFrom(Inventory before) => string.Join('\n', _kinds
        .Where(kind => kind.Value.Count != before._kinds[kind.Key].Count)
        .Select(kind => $"{kind.Key}: {before._kinds[kind.Key].Count} before, {kind.Value.Count} now: {string.Join(' ', kind.Value)}"));

    /// <summary>What the kernel holds; empty when nothing runs.</summary>
    public string Held => string.Join('\n', _kinds.Where(kind => kind.Value.Count > 0 && !kind.Key.EndsWith("folders", StringComparison.Ordinal)).Select(kind => $"{kind.Key}: {string.Join(' ', kind.Value)}"));

    private void Add(string kind, IEnumerable<string> things) => _kinds[kind] = [.. things.Order(StringComparer.Ordinal)];

    /// <summary>Without what the runner keeps for itself, such as templates of scratch disks.</summary>
    private static IEnumerable<string> Names(string folder) => AllNames(folder).Where(name => name[0] != '.');

    private static IEnumerable<string> AllNames(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateFileSystemEntries(folder).Select(path => Path.GetFileName(path)) : [];

    /// <summary>A folder named by its digest, or the file of the same name that describes it.</summary>
    private static bool IsWhole(string name) =>
        Digest.TryParse(Path.GetFileNameWithoutExtension(name).Replace("sha256-", "sha256:", StringComparison.Ordinal), out _);

    private static IEnumerable<string> Cgroups(string server)
    {
        var controllers = Directory.EnumerateDirectories("/sys/fs/cgroup").Append("/sys/fs/cgroup");
        return controllers.Select(folder => Path.Combine(folder, server)).Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateDirectories(folder, "*", SearchOption.AllDirectories));
    }

    private static IEnumerable<string> LoopDevices(string home) => Directory.EnumerateDirectories("/sys/block", "loop*")
        .Select(device => Path.Combine(device, "loop/backing_file")).Where(File.Exists)
        .Select(file => File.ReadAllText(file).Trim())
        .Where(backing => backing.StartsWith(home + "/instances/", StringComparison.Ordinal));
}
