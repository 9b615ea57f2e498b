using System.Text.RegularExpressions;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Contracts.Server;

namespace Slipway.Runner.Instances;

/// <summary>What the runner demands of a spec, whoever sends it: all that is wrong is said at once.</summary>
internal sealed partial class SpecRules(ServerConfig config)
{
    /// <summary>The kernel takes one page of overlay options; this many layers' paths fit with room to spare.</summary>
    public const int MaxLayers = 16;

    private const int MaxArguments = 1000, MaxVariables = 1000, MaxMounts = 32, MaxLinks = 32, MaxLeftOut = 32;
    private const int MaxText = 256 * 1024;

    /// <summary>Where a mount would hide what keeps the instance in, or what the runner itself puts there.</summary>
    private static readonly string[] Reserved = ["/proc", "/sys", "/dev", "/run", "/etc", "/tmp"];

    /// <exception cref="SlipwayException">422 <c>invalid_spec</c>, each problem a line of evidence.</exception>
    public void Check(InstanceSpec spec)
    {
        var problems = new List<string>();
        if (!InstanceName().IsMatch(spec.Name)) problems.Add("name: is not like 'web.1'.");
        if (spec.Release < 0) problems.Add("release: is negative.");
        if (spec.UserNamespace && spec.Kind != InstanceKind.Build) problems.Add("user_namespace: is for builds alone.");
        if (spec.StopSignal is < 1 or > 31) problems.Add("stop_signal: is not within 1 to 31.");
        CheckUid(spec.Uid, problems);
        CheckLayers(spec.Layers, problems);
        CheckCommand(spec.Command, problems);
        CheckEnvironment(spec.Environment, problems);
        if (!IsPlainPath(spec.WorkingDirectory)) problems.Add("working_directory: is not an absolute path without '..'.");
        CheckLimits(spec.Limits, problems);
        CheckNetwork(spec, problems);
        CheckMounts(spec, problems);
        CheckLaid(spec, problems);
        CheckTerminal(spec.Terminal, problems);
        Throw("invalid_spec", "The runner refuses this instance.", problems);
    }

    public void Check(ExecRequest request)
    {
        var problems = new List<string>();
        CheckCommand(request.Command, problems);
        CheckEnvironment(request.Environment, problems);
        if (!IsPlainPath(request.WorkingDirectory)) problems.Add("working_directory: is not an absolute path without '..'.");
        CheckTerminal(request.Terminal, problems);
        Throw("invalid_exec", "The runner refuses this command.", problems);
    }

    public void Check(StopRequest request)
    {
        if (request.GraceSeconds is < 0 or > 3600) Throw("invalid_grace", "The runner refuses this stop.", ["grace_seconds: is not within 0 to 3600."]);
    }

    public void Check(VolumeRequest request)
    {
        var problems = new List<string>();
        CheckUid(request.Uid, problems);
        if (request.SizeBytes is not (0 or (>= 16L << 20 and <= 16L << 40))) problems.Add("size_bytes: is neither 0 nor within 16 MiB to 16 TiB.");
        Throw("invalid_volume", "The runner refuses this volume.", problems);
    }

    public void Check(CommitRequest request)
    {
        var problems = new List<string>();
        if (request.Paths.Count is 0 or > 16) problems.Add("paths: are not 1 to 16.");
        if (request.IsRoot && (request.Paths.Count != 1 || request.Paths[0]?.LastIndexOf('/') != 0)) problems.Add("paths: a file system is one folder, at the top: above it could be a link.");
        foreach (var path in request.Paths)
        {
            if (!IsPlainPath(path) || path == "/") problems.Add($"paths: {TypedName.Quote(path)} is not an absolute path of a folder without '..'.");
            else if (request.Paths.Any(other => other != path && other is not null && path.StartsWith(other + "/", StringComparison.Ordinal))) problems.Add($"paths: {path} is inside another one.");
        }

        if (request.Paths.Distinct().Count() != request.Paths.Count) problems.Add("paths: one is named twice.");
        Throw("invalid_commit", "The runner refuses this commit.", problems);
    }

    /// <summary>Absolute, of plain components, without a trailing slash: what text cannot turn into another place.</summary>
    private static bool IsPlainPath(string? path) =>
        path is { Length: > 0 and <= 1024 } && path[0] == '/' && !path.Any(char.IsControl) && !HasNul(path)
        && (path == "/" || path[1..].Split('/').All(part => part is not ("" or "." or "..")));

    private static bool HasNul(string text) => text.Contains('\0');

    private void CheckUid(int uid, List<string> problems)
    {
        if (uid < config.UidBase || uid >= config.UidBase + config.UidCount)
            problems.Add($"uid: {uid} is not within the apps' range, {config.UidBase} to {config.UidBase + config.UidCount - 1}.");
    }

    private static void CheckLayers(IReadOnlyList<Digest> layers, List<string> problems)
    {
        if (layers.Count is 0 or > MaxLayers) problems.Add($"layers: are not 1 to {MaxLayers}.");
        if (layers.Contains(default)) problems.Add("layers: one is empty.");
        else if (layers.Distinct().Count() != layers.Count) problems.Add("layers: one is named twice.");
    }

    private static void CheckCommand(IReadOnlyList<string> command, List<string> problems)
    {
        if (command.Count is 0 or > MaxArguments) problems.Add($"command: has not 1 to {MaxArguments} arguments.");
        else if (command.Any(a => a is null || HasNul(a))) problems.Add("command: has an argument with a NUL byte, or none.");
        else if (command[0].Length == 0) problems.Add("command: its program is empty.");
        else if (command.Sum(a => (long)a.Length) > MaxText) problems.Add($"command: is longer than {MaxText} characters.");
    }

    private static void CheckEnvironment(IReadOnlyDictionary<string, string> environment, List<string> problems)
    {
        if (environment.Count > MaxVariables) problems.Add($"environment: has more than {MaxVariables} variables.");
        foreach (var (key, value) in environment)
        {
            if (!ConfigKey.TryParse(key, out _)) problems.Add($"environment: {TypedName.Quote(key)} is not {ConfigKey.Rule}.");
            else if (value is null || HasNul(value)) problems.Add($"environment: {key} has a NUL byte, or no value.");
            if (problems.Count > 20) return;
        }

        if (environment.Sum(e => (long)e.Key.Length + (e.Value?.Length ?? 0)) > MaxText) problems.Add($"environment: is longer than {MaxText} characters.");
    }

    private static void CheckLimits(ResourceLimits limits, List<string> problems)
    {
        if (limits.MemoryBytes is < 16L << 20 or > 1L << 50) problems.Add("limits.memory_bytes: is less than 16 MiB, or absurd.");
        if (limits.CpuMillis is < 10 or > 1_000_000) problems.Add("limits.cpu_millis: is not within 10 to 1,000,000.");
        if (limits.Pids is < 4 or > 100_000) problems.Add("limits.pids: is not within 4 to 100,000.");
        if (limits.DiskBytes is < 16L << 20 or > 16L << 40) problems.Add("limits.disk_bytes: is not within 16 MiB to 16 TiB.");
        else if (limits.DiskBytes % (1 << 20) != 0) problems.Add("limits.disk_bytes: is not a whole number of MiB.");
    }

    private static void CheckNetwork(InstanceSpec spec, List<string> problems)
    {
        if (!Enum.IsDefined(spec.Kind) || !Enum.IsDefined(spec.Network)) problems.Add("kind, network: are not known.");
        if ((spec.Kind == InstanceKind.Addon && spec.Network != NetworkMode.None) != spec.AddonAddress is not null)
            problems.Add("addon_address: is for add-ons with a network, and they must have one.");
        if (spec.AddonAddress is not (null or (>= 2 and <= 254))) problems.Add("addon_address: is not within 2 to 254.");
        if (spec.Links.Count > MaxLinks) problems.Add($"links: are more than {MaxLinks}.");
        if (spec.Links.Count > 0 && spec.Network == NetworkMode.None) problems.Add("links: need a network.");
        foreach (var (host, address) in spec.Links)
        {
            if (!HostLabel().IsMatch(host)) problems.Add($"links: {TypedName.Quote(host)} is not a host name.");
            if (address is < 2 or > 254) problems.Add($"links: {address} is not within 2 to 254.");
        }
    }

    private static void CheckMounts(InstanceSpec spec, List<string> problems)
    {
        var mounts = spec.Mounts;
        if (mounts.Count > MaxMounts) problems.Add($"mounts: are more than {MaxMounts}.");
        var targets = new HashSet<string>();
        foreach (var mount in mounts)
        {
            if (mount is null)
            {
                problems.Add("mounts: one is empty.");
                continue;
            }

            if (!IsPlainPath(mount.Target) || mount.Target == "/") problems.Add($"mounts: {TypedName.Quote(mount.Target)} is not an absolute path without '..'.");
            else if (Reserved.Any(r => mount.Target == r || mount.Target.StartsWith(r + "/", StringComparison.Ordinal))) problems.Add($"mounts: nothing may be mounted at {mount.Target}.");
            else if (!targets.Add(mount.Target)) problems.Add($"mounts: two are at {mount.Target}.");
            var known = mount.Kind switch
            {
                MountKind.Volume => VolumeName.TryParse(mount.Name, out _),
                MountKind.Source => Digest.TryParse(mount.Name, out _) && mount.ReadOnly,
                MountKind.Layer => Digest.TryParse(mount.Name, out _) && mount.ReadOnly && spec.Kind == InstanceKind.Build,
                MountKind.PackageIndex => mount.Name.Length == 0 && mount.ReadOnly,
                _ => false,
            };
            if (!known) problems.Add($"mounts: {TypedName.Quote(mount.Name)} does not name a {mount.Kind}, or is not read-only as it must be.");
        }
    }

    private static void CheckLaid(InstanceSpec spec, List<string> problems)
    {
        if (spec.Laid is not { } laid) return;
        if (spec.Kind != InstanceKind.Build) problems.Add("laid: is for builds only.");
        if (laid.Source == default) problems.Add("laid.source: is empty.");
        if (laid.Folder is null || (laid.Folder.Length > 0 && !IsPlainPath("/" + laid.Folder))) problems.Add("laid.folder: is not a relative path without '..'.");
        if (laid.LeftOut is null || laid.LeftOut.Count > MaxLeftOut || laid.LeftOut.Any(name => name is null || name.TrimStart('/').Contains('/') || !IsPlainPath("/" + name.TrimStart('/'))))
            problems.Add($"laid.left_out: are not at most {MaxLeftOut} names.");
    }

    private static void CheckTerminal(TerminalSize? size, List<string> problems)
    {
        if (size is not null && !IsSize(size)) problems.Add("terminal: columns and rows are not within 1 to 1000.");
    }

    /// <summary>conmon takes no size past 1000.</summary>
    public static bool IsSize(TerminalSize size) => size is { Columns: >= 1 and <= 1000, Rows: >= 1 and <= 1000 };

    private static void Throw(string id, string message, IReadOnlyList<string> problems)
    {
        if (problems.Count > 0)
            throw new SlipwayException(422, new SlipwayError(id, message) { Why = string.Join(' ', problems.Take(5)), Evidence = [.. problems.Take(50)] });
    }

    [GeneratedRegex(@"\A[a-z0-9_-]{1,32}\.[0-9]{1,9}\z", RegexOptions.CultureInvariant)]
    private static partial Regex InstanceName();

    [GeneratedRegex(@"\A[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?){0,5}\z", RegexOptions.CultureInvariant)]
    private static partial Regex HostLabel();
}
