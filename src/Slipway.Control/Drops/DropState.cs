using System.Text.Json;
using System.Text.Json.Serialization;
using Slipway.Contracts.Names;

namespace Slipway.Control.Drops;

/// <summary>What became of a drop folder's content, so that a restart neither forgets a change nor deploys one again.</summary>
/// <param name="Settled">The content that was deployed last, well or badly, or that the folder was filled with.</param>
/// <param name="Serving">Source of the release that the folder last agreed with.</param>
internal sealed record DropState(Digest? Settled, Digest? Serving)
{
    public static DropState Read(DropFolder folder)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(PathIn(folder)), DropsJson.Default.DropState) ?? new DropState(null, null);
        }
        catch (Exception e) when (e is FileNotFoundException or JsonException)
        {
            return new DropState(null, null);
        }
    }

    /// <summary>When the content was last found settled; long ago when it never was.</summary>
    public static DateTime WrittenAt(DropFolder folder) => File.GetLastWriteTimeUtc(PathIn(folder));

    public void Write(DropFolder folder)
    {
        var aside = PathIn(folder) + ".new";
        File.WriteAllBytes(aside, JsonSerializer.SerializeToUtf8Bytes(this, DropsJson.Default.DropState));
        File.Move(aside, PathIn(folder), overwrite: true);
    }

    private static string PathIn(DropFolder folder) => Path.Combine(folder.Root, "state.json");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(DropState))]
internal sealed partial class DropsJson : JsonSerializerContext;
