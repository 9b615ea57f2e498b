using System.Text.Json;

namespace Slipway.Control.Builds.Node;

/// <summary>What preflight reads of a package.json.</summary>
/// <param name="Start">Command of the start script, or what npm would start without one: <c>node server.js</c>.</param>
/// <param name="Build">Name of the build script: Heroku's, else <c>build</c>.</param>
/// <param name="Node">Range of <c>engines.node</c>.</param>
/// <param name="NeedsSource">Packages are folders of the source: workspaces, <c>file:</c>.</param>
internal sealed record PackageManifest(string File, string? Start, string? Build, string? Node, bool HasPackages, bool NeedsSource)
{
    private static readonly string[] BuildScripts = ["heroku-postbuild", "build"];

    private static readonly string[] Lists = ["dependencies", "optionalDependencies", "devDependencies"];

    public static PackageManifest? Read(Survey survey, string file)
    {
        if (survey.Files.ReadText(file, survey.Findings) is not { } text) return null;
        try
        {
            using var json = JsonDocument.Parse(text);
            var root = json.RootElement;
            var folder = SourceFiles.FolderOf(file);
            var scripts = Texts(root, "scripts");
            var packages = Lists.SelectMany(list => Texts(root, list)).ToList();
            return new PackageManifest(
                file,
                scripts.GetValueOrDefault("start") ?? (survey.Files.Exists(SourceFiles.Join(folder, "server.js")) ? "node server.js" : null),
                BuildScripts.FirstOrDefault(scripts.ContainsKey),
                Texts(root, "engines").GetValueOrDefault("node"),
                packages.Count > 0,
                root.ValueKind == JsonValueKind.Object && root.TryGetProperty("workspaces", out _)
                    || packages.Any(package => package.Value.StartsWith("file:", StringComparison.Ordinal) || package.Value.StartsWith('.')));
        }
        catch (JsonException e)
        {
            survey.Report(new Finding("invalid_package_json", "It is not valid JSON.") { File = file, Line = (int?)e.LineNumber + 1, Why = e.Message });
            return null;
        }
    }

    private static Dictionary<string, string> Texts(JsonElement root, string name) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.Object
            ? member.EnumerateObject().Where(one => one.Value.ValueKind == JsonValueKind.String).DistinctBy(one => one.Name).ToDictionary(one => one.Name, one => one.Value.GetString()!)
            : [];
}
