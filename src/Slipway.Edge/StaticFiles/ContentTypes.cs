using System.Collections.Frozen;

namespace Slipway.Edge.StaticFiles;

/// <param name="Compresses">Worth compressing.</param>
/// <param name="Active">A browser that opens it runs what is in it.</param>
internal sealed record ContentType(string Value, bool Compresses, bool Active = false);

internal static class ContentTypes
{
    private static readonly ContentType Unknown = new("application/octet-stream", Compresses: false);

    private static readonly FrozenDictionary<string, ContentType> ByExtension = new Dictionary<string, ContentType>(StringComparer.OrdinalIgnoreCase)
    {
        [".html"] = new("text/html; charset=utf-8", true, Active: true),
        [".htm"] = new("text/html; charset=utf-8", true, Active: true),
        [".xhtml"] = new("application/xhtml+xml", true, Active: true),
        [".xml"] = new("application/xml", true, Active: true),
        [".xsl"] = new("application/xml", true, Active: true),
        [".svg"] = new("image/svg+xml", true, Active: true),
        [".css"] = new("text/css; charset=utf-8", true),
        [".js"] = new("text/javascript; charset=utf-8", true, Active: true),
        [".mjs"] = new("text/javascript; charset=utf-8", true, Active: true),
        [".json"] = new("application/json", true),
        [".map"] = new("application/json", true),
        [".webmanifest"] = new("application/manifest+json", true),
        [".txt"] = new("text/plain; charset=utf-8", true),
        [".md"] = new("text/markdown; charset=utf-8", true),
        [".csv"] = new("text/csv; charset=utf-8", true),
        [".wasm"] = new("application/wasm", true),
        [".ttf"] = new("font/ttf", true),
        [".otf"] = new("font/otf", true),
        [".eot"] = new("application/vnd.ms-fontobject", true),
        [".woff"] = new("font/woff", false),
        [".woff2"] = new("font/woff2", false),
        [".ico"] = new("image/x-icon", true),
        [".bmp"] = new("image/bmp", true),
        [".png"] = new("image/png", false),
        [".jpg"] = new("image/jpeg", false),
        [".jpeg"] = new("image/jpeg", false),
        [".gif"] = new("image/gif", false),
        [".webp"] = new("image/webp", false),
        [".avif"] = new("image/avif", false),
        [".mp3"] = new("audio/mpeg", false),
        [".ogg"] = new("audio/ogg", false),
        [".wav"] = new("audio/wav", false),
        [".mp4"] = new("video/mp4", false),
        [".webm"] = new("video/webm", false),
        [".pdf"] = new("application/pdf", false),
        [".zip"] = new("application/zip", false),
        [".gz"] = new("application/gzip", false),
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    public static ContentType Of(string fileName) => ByExtension.GetValueOrDefault(Path.GetExtension(fileName), Unknown);
}
