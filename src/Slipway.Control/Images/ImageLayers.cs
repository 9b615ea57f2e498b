using System.Text.Json;
using Slipway.Contracts.Names;
using Slipway.Control.Store;

namespace Slipway.Control.Images;

/// <summary>An image's layers, bottom first: stack, dependencies, app.</summary>
internal static class ImageLayers
{
    public static IReadOnlyList<Digest> Of(ImageRow image) =>
        [.. JsonSerializer.Deserialize(image.Layers, ImagesJson.Default.IReadOnlyListString)!.Select(Digest.Parse)];

    public static string ToJson(params IEnumerable<Digest> layers) =>
        JsonSerializer.Serialize([.. layers.Select(layer => layer.Value)], ImagesJson.Default.IReadOnlyListString);
}
