using System.Text.Json;

namespace Slipway.Control.Builds.Docker;

/// <summary>An image as a file, unpacked: what <c>skopeo copy … oci-archive:</c> or <c>docker save</c> writes.</summary>
/// <param name="Format"><c>oci</c> or <c>docker</c>.</param>
/// <param name="File">The file that tells, below the source.</param>
/// <param name="Images">Names of the images in it; empty where an only one has none.</param>
internal sealed record ImageArchive(string Format, string File, IReadOnlyList<string> Images, int Count)
{
    private const string NameAnnotation = "org.opencontainers.image.ref.name";

    /// <returns>Null when the source is something else.</returns>
    public static ImageArchive? Find(Survey survey)
    {
        if (survey.Has("oci-layout") && survey.Has("index.json")) return Read(survey, "oci", "index.json", OfIndex);
        return survey.Has("manifest.json") ? Read(survey, "docker", "manifest.json", OfManifest) : null;
    }

    private static ImageArchive? Read(Survey survey, string format, string name, Func<JsonElement, IReadOnlyList<IReadOnlyList<string>>?> read)
    {
        var file = survey.At(name);
        if (survey.Files.ReadText(file, new List<Finding>()) is not { } text) return null;
        try
        {
            using var json = JsonDocument.Parse(text);
            return read(json.RootElement) is { } images ? new ImageArchive(format, file, [.. images.SelectMany(names => names)], images.Count) : null;
        }
        catch (JsonException)
        {
            return null; // many other things have a file of this name
        }
    }

    private static IReadOnlyList<IReadOnlyList<string>>? OfIndex(JsonElement index)
    {
        if (index.ValueKind != JsonValueKind.Object || !index.TryGetProperty("manifests", out var manifests) || manifests.ValueKind != JsonValueKind.Array) return null;
        return [.. manifests.EnumerateArray().Select(IReadOnlyList<string> (manifest) =>
            manifest.ValueKind == JsonValueKind.Object && manifest.TryGetProperty("annotations", out var notes) && notes.ValueKind == JsonValueKind.Object
            && notes.TryGetProperty(NameAnnotation, out var name) && name.ValueKind == JsonValueKind.String ? [name.GetString()!] : [])];
    }

    private static IReadOnlyList<IReadOnlyList<string>>? OfManifest(JsonElement manifest)
    {
        if (manifest.ValueKind != JsonValueKind.Array || manifest.GetArrayLength() == 0) return null;
        if (!manifest.EnumerateArray().All(image => image.ValueKind == JsonValueKind.Object && image.TryGetProperty("Config", out _) && image.TryGetProperty("Layers", out _))) return null;
        return [.. manifest.EnumerateArray().Select(IReadOnlyList<string> (image) => image.TryGetProperty("RepoTags", out var tags) && tags.ValueKind == JsonValueKind.Array
            ? [.. tags.EnumerateArray().Where(tag => tag.ValueKind == JsonValueKind.String).Select(tag => tag.GetString()!)] : [])];
    }
}
