using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;

namespace Slipway.Control.Images;

/// <summary>
/// Facts are written in a container where the app's own code runs: they are checked before anything is mounted, served or
/// started because of them.
/// </summary>
internal static class FactsRules
{
    private const int MaxEntries = 200;

    private static readonly string[] Platforms = ["/proc", "/sys", "/dev", "/run", "/etc", "/tmp", "/slipway"];

    /// <summary>Where a volume may be seen: never over the system or what the platform put there.</summary>
    private static readonly string[] VolumeRoots = ["/data/", "/app/", "/var/cache/"];

    /// <exception cref="SlipwayException">422 <c>invalid_facts</c>.</exception>
    public static void Check(ImageFacts facts)
    {
        foreach (var count in new[] { facts.ProcessTypes.Count, facts.Environment.Count, facts.Static.Count, facts.Volumes.Count, facts.PublicVolumes.Count })
            if (count > MaxEntries) throw Invalid($"A list in it has {count} entries.");

        var container = facts.Container;
        if (container is not null) Check(container);
        if (!IsBelow(facts.WorkingDirectory.TrimEnd('/') + "/", [container is null ? "/app/" : "/"])) throw Invalid($"The working directory is {TypedName.Quote(facts.WorkingDirectory)}.");
        foreach (var (type, command) in facts.ProcessTypes)
            if (!ProcessType.TryParse(type, out _) || string.IsNullOrWhiteSpace(command) || command.Contains('\0')) throw Invalid($"The process type {TypedName.Quote(type)} is not valid.");
        foreach (var (key, value) in facts.Environment)
            if (!ConfigKey.TryParse(key, out _) || value.Contains('\0')) throw Invalid($"The variable {TypedName.Quote(key)} is not valid.");
        foreach (var (prefix, folder) in facts.Static)
            if (!IsPrefix(prefix) || !IsBelow(folder, ["/app/", "/slipway/"])) throw Invalid($"Static files {TypedName.Quote(prefix)} → {TypedName.Quote(folder)} are not valid.");
        if (facts.Site is { } site)
        {
            if (!IsBelow(site.Directory + "/", ["/app/", "/slipway/"])) throw Invalid($"The site's folder is {TypedName.Quote(site.Directory)}.");
            if (site.Problems().FirstOrDefault() is { } problem) throw Invalid(problem);
        }

        foreach (var (name, path) in facts.Volumes)
            if (!VolumeName.TryParse(name, out _) || !(container is null ? IsBelow(path, VolumeRoots) : IsOwnFolder(path))) throw Invalid($"The volume {TypedName.Quote(name)} at {TypedName.Quote(path)} is not valid.");
        foreach (var (prefix, name) in facts.PublicVolumes)
            if (!IsPrefix(prefix) || !facts.Volumes.ContainsKey(name)) throw Invalid($"The public volume {TypedName.Quote(prefix)} is not valid.");
    }

    private static void Check(ContainerFacts container)
    {
        if (!Digest.TryParse(container.Digest, out _)) throw Invalid($"The image's digest is {TypedName.Quote(container.Digest)}.");
        if (container.Port is < 1 or > 65535) throw Invalid($"The port is {container.Port}.");
        if (container.StopSignal is < 1 or > 31) throw Invalid($"The signal to stop is {container.StopSignal}.");
        if (container.HealthPath is { } path && Manifests.ManifestChecks.UrlPath(path) is { } problem) throw Invalid(problem);
        if ((container.User + container.Reference).Any(char.IsControl)) throw Invalid("The user or the reference has control characters in it.");
    }

    public static SlipwayException Invalid(string why) =>
        new(422, new SlipwayError("invalid_facts", "The build left facts about the app that cannot be used.")
        {
            Why = why,
            Next = "Look for code of the app that writes to /slipway while it is imported.",
        });

    private static bool IsPrefix(string prefix) =>
        prefix.Length is > 1 and <= 200 && prefix[0] == '/' && prefix[^1] == '/' && !prefix.Contains("//") && !prefix.Split('/').Contains("..") && !prefix.Any(c => char.IsControl(c) || c is '?' or '#');

    /// <summary>Anywhere in a file system that is the app's own, but where the platform puts things.</summary>
    private static bool IsOwnFolder(string path) =>
        IsBelow(path, ["/"]) && path.Length > 1 && path[^1] != '/' && !path.Contains("//") && !Platforms.Any(folder => path == folder || path.StartsWith(folder + "/", StringComparison.Ordinal));

    private static bool IsBelow(string path, string[] roots) =>
        path.Length <= 400 && roots.Any(root => path.StartsWith(root, StringComparison.Ordinal))
        && !path.Split('/').Any(part => part is ".." or ".") && !path.Any(char.IsControl);
}
