using Slipway.Contracts.Errors;
using Slipway.Control.Images;
using Slipway.Control.Instances;
using Slipway.Control.Releases;

namespace Slipway.Control.Manifests;

/// <summary>Puts what slipway.toml says of a running app over the facts that its build found.</summary>
internal static class ManifestFacts
{
    /// <param name="facts">Checked, but written by the app's own build: what only the user may say is not taken from there.</param>
    public static ImageFacts Apply(Manifest manifest, ImageFacts facts)
    {
        var (mounts, urls, sizes) = (facts.Volumes.ToDictionary(), facts.PublicVolumes.ToDictionary(), new Dictionary<string, long>());
        foreach (var name in manifest.Names("volumes"))
        {
            var path = Below(facts, manifest.Text("volumes", name, "path")!);
            // Found in the settings and named here: one volume, by the name that the user gave it.
            foreach (var same in mounts.Where(mount => mount.Value == path && mount.Key != name).Select(mount => mount.Key).ToList())
            {
                mounts.Remove(same);
                foreach (var url in urls.Where(url => url.Value == same).Select(url => url.Key).ToList()) urls[url] = name;
            }

            mounts[name] = path;
            if (manifest.Text("volumes", name, "url") is { } prefix) urls[prefix] = name;
            if (manifest.Text("volumes", name, "size") is { } size) sizes[name] = ManifestChecks.Bytes(size)!.Value;
        }

        var folders = facts.Static.ToDictionary();
        foreach (var prefix in manifest.Names("static")) folders[prefix] = Below(facts, manifest.Text("static", prefix)!);
        return facts with
        {
            Volumes = mounts,
            PublicVolumes = urls,
            VolumeSizes = sizes,
            Static = folders,
            Headers = manifest.Names("headers").ToDictionary(
                prefix => prefix,
                prefix => (IReadOnlyDictionary<string, string>)manifest.Entries.Where(entry => entry.Path is ["headers", var of, _] && of == prefix)
                    .ToDictionary(entry => entry.Path[2], entry => (string)entry.Value)),
            Health = new HealthCheck(manifest.Text("health", "path") ?? facts.Container?.HealthPath ?? HealthCheck.Default.Path, manifest.Number("health", "timeout"), manifest.Find("health", "path") is not null),
            Scale = manifest.Names("processes")
                .Select(type => (Type: type, Scale: new WantedScale(manifest.Number("processes", type, "quantity"), manifest.Text("processes", type, "size"))))
                .Where(one => one.Scale != new WantedScale(null, null))
                .ToDictionary(one => one.Type, one => one.Scale),
            PostDeploy = manifest.Text("hooks", "post-deploy"),
        };
    }

    /// <summary>Of the process types that slipway.toml scales, each must be one; only the finished build knows them all.</summary>
    /// <param name="hasFolder">Whether the image has this folder.</param>
    /// <exception cref="SlipwayException">422.</exception>
    public static void Check(Manifest manifest, ImageFacts facts, Func<string, bool> hasFolder)
    {
        foreach (var entry in manifest.Entries)
        {
            switch (entry.Path)
            {
                case ["processes", var type, _] when !facts.ProcessTypes.ContainsKey(type):
                    throw Wrong(manifest, entry, "unknown_process_type", $"The app has no process type '{type}'.",
                        $"It has {string.Join(", ", facts.ProcessTypes.Keys)}.", $"Give it a command: [processes.{type}] command = \"…\"");
                case ["static", var prefix] when !hasFolder(facts.Static[prefix]):
                    throw Wrong(manifest, entry, "static_folder_missing", $"The image has no folder {facts.Static[prefix]} to serve at {prefix}.",
                        "Neither was it in the source, nor did a command of the build make it.", "Correct the folder, which is relative to 'root', or make it with hooks.post-build.");
            }
        }
    }

    private static string Below(ImageFacts facts, string folder) =>
        folder.StartsWith('/') ? folder.TrimEnd('/') : string.Join('/', [facts.WorkingDirectory.TrimEnd('/'), .. folder.Split('/').Where(part => part is not ("" or "."))]);

    private static SlipwayException Wrong(Manifest manifest, ManifestEntry at, string id, string message, string why, string next) =>
        new(422, new SlipwayError(id, $"{manifest.OriginOf(at)}: {message}") { Why = why, Next = next });
}
