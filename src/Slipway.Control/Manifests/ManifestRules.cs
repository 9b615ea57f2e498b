using Slipway.Control.Builds;

namespace Slipway.Control.Manifests;

/// <summary>Keys of slipway.toml that cannot stand together: two answers to one question are not chosen between silently.</summary>
internal static class ManifestRules
{
    public static void Check(Manifest manifest, ICollection<Finding> findings)
    {
        Exclude(["server"], ["processes", "web", "command"], "Both say what serves the app.");
        Exclude(["wsgi"], ["processes", "web", "command"], "Both say what serves the app.");
        Exclude(["asgi"], ["processes", "web", "command"], "Both say what serves the app.");
        Exclude(["wsgi"], ["asgi"], "An app is served by one of them.");
        Exclude(["hooks", "release"], ["processes", "release", "command"], "Both are the command that prepares a release.");
        if (manifest.Text("server") is { } name)
        {
            var speaks = WebServers.Named(name).Speaks;
            var (other, key) = speaks == Interface.Wsgi ? ("asgi", "wsgi") : ("wsgi", "asgi");
            if (manifest.Find(other) is { } callable)
                Report(callable, $"{name} serves {key.ToUpperInvariant()} apps, and '{other}' names one of the other kind.",
                    $"Write {key} = \"…\", or choose a server that speaks {other.ToUpperInvariant()}: {string.Join(", ", WebServers.All.Where(server => server.Speaks != speaks).Select(server => server.Name))}.");
        }

        foreach (var type in manifest.Names("processes").Where(type => type == "release"))
            foreach (var key in new[] { "quantity", "size" })
                if (manifest.Find("processes", type, key) is { } entry) Report(entry, "'release' runs once for each release: it has no number and no size.", "Remove the line.");
        foreach (var volume in manifest.Names("volumes").Where(volume => manifest.Find("volumes", volume, "path") is null))
            Report(manifest.Entries.First(entry => entry.Path[0] == "volumes" && entry.Path[1] == volume), $"The volume '{volume}' has no path.", $"Say where the app sees it: path = \"/data/{volume}\"");

        void Exclude(string[] one, string[] other, string why)
        {
            if (manifest.Find(one) is not { } first || manifest.Find(other) is not { } second) return;
            if (first.Line > second.Line) (first, second) = (second, first);
            Report(second, $"'{string.Join('.', second.Path)}' and '{string.Join('.', first.Path)}' (line {first.Line}) cannot both be there.", "Remove one of them.", why);
        }

        void Report(ManifestEntry at, string message, string next, string? why = null) =>
            findings.Add(new Finding("invalid_manifest", message) { File = manifest.File, Line = at.Line, Why = why, Next = next });
    }
}
