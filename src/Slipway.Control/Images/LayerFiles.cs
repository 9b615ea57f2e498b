using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Server;

namespace Slipway.Control.Images;

/// <summary>Reads a layer's files from disk. What is in a layer was written by an app's build and is not to be trusted.</summary>
internal static class LayerFiles
{
    private const int MaxBytes = 8 << 20;

    public static string PathOf(ServerConfig server, Digest layer) => Path.Combine(server.LayersDirectory, layer.FileName);

    public static bool Exists(ServerConfig server, Digest layer) => Directory.Exists(PathOf(server, layer));

    /// <param name="path">Relative, known to us, such as <c>slipway/facts.json</c>.</param>
    /// <exception cref="SlipwayException"><c>build_result_missing</c>: it is not there, too big, or a link somewhere else.</exception>
    public static string ReadText(ServerConfig server, Digest layer, string path)
    {
        var at = PathOf(server, layer);
        foreach (var part in path.Split('/'))
        {
            at = Path.Combine(at, part);
            // A link could lead to any file that slipwayd may read. Layers never change, so there is no race with the check.
            if (new FileInfo(at).LinkTarget is not null) throw Missing(path, "It is a link.");
        }

        var file = new FileInfo(at);
        if (!file.Exists) throw Missing(path, "It is not there.");
        if (file.Length > MaxBytes) throw Missing(path, "It is too big.");
        return File.ReadAllText(at);
    }

    private static SlipwayException Missing(string path, string why) =>
        new(422, new SlipwayError("build_result_missing", $"The build did not leave a readable /{path}.")
        {
            Why = why,
            Next = "Deploy again; when it fails again, the build's log shows what removed or replaced the file.",
        });
}
