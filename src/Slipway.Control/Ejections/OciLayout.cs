using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Slipway.Contracts.Api;

namespace Slipway.Control.Ejections;

/// <summary>The texts of an OCI image layout in the folder <c>image</c>; its layers are parts of their own.</summary>
internal static class OciLayout
{
    private const string Types = "application/vnd.oci.image";

    public static IEnumerable<EjectedFile> Files(EjectedApp app)
    {
        var architecture = System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "amd64";
        var process = new JsonObject
        {
            ["User"] = $"{app.Uid}:{app.Uid}",
            ["Env"] = Strings(app.ImageEnvironment.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => $"{one.Key}={one.Value}")),
            ["WorkingDir"] = app.Facts.WorkingDirectory,
            ["Volumes"] = new JsonObject(app.Volumes.Values.Select(path => KeyValuePair.Create(path, (JsonNode?)new JsonObject()))),
        };
        if (app.Web is { } web) process["Cmd"] = Strings(web.Command);
        var config = Text(new JsonObject
        {
            ["architecture"] = architecture,
            ["os"] = "linux",
            ["config"] = process,
            ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = Strings(app.Layers.Select(layer => "sha256:" + layer.Sha256)) },
        });
        var manifest = Text(new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = Types + ".manifest.v1+json",
            ["config"] = Descriptor(Types + ".config.v1+json", config),
            ["layers"] = new JsonArray([.. app.Layers.Select(layer => Descriptor(Types + ".layer.v1.tar", layer.Sha256, layer.Bytes))]),
        });
        var inIndex = Descriptor(Types + ".manifest.v1+json", manifest);
        inIndex["annotations"] = new JsonObject { ["org.opencontainers.image.ref.name"] = "latest" };
        var index = Text(new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = Types + ".index.v1+json", ["manifests"] = new JsonArray(inIndex) });
        return
        [
            new("image/oci-layout", """{"imageLayoutVersion":"1.0.0"}""", Secret: false),
            new("image/index.json", index, Secret: false),
            new($"image/blobs/sha256/{Hash(manifest)}", manifest, Secret: false),
            new($"image/blobs/sha256/{Hash(config)}", config, Secret: false),
        ];
    }

    private static JsonObject Descriptor(string type, string text) => Descriptor(type, Hash(text), Encoding.UTF8.GetByteCount(text));

    private static JsonObject Descriptor(string type, string sha256, long bytes) => new() { ["mediaType"] = type, ["digest"] = "sha256:" + sha256, ["size"] = bytes };

    private static JsonArray Strings(IEnumerable<string> all) => new([.. all.Select(one => (JsonNode)one)]);

    private static string Text(JsonObject json) => json.ToJsonString();

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
