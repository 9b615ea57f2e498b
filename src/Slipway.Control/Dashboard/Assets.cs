using System.Collections.Frozen;
using System.Reflection;
using System.Security.Cryptography;

namespace Slipway.Control.Dashboard;

/// <summary>
/// The dashboard's scripts, styles and pictures, inside the program itself. Their address holds the hash of all of them,
/// so a browser keeps them for ever and never mixes those of two versions.
/// </summary>
internal static class Assets
{
    public const string Pattern = "/dashboard/assets/{version}/{file}";
    private const string Prefix = "dashboard/";

    private static readonly FrozenDictionary<string, byte[]> Files = Load();

    private static readonly string Version = Convert.ToHexStringLower(
        SHA256.HashData([.. Files.OrderBy(file => file.Key, StringComparer.Ordinal).SelectMany(file => file.Value)]))[..12];

    public static string Url(string file) => $"/dashboard/assets/{Version}/{file}";

    public static IResult Get(string version, string file, HttpContext context)
    {
        if (!Files.TryGetValue(file, out var content)) throw Api.AppRequest.NotFound("file", file);
        // A page of another version, still open in some browser, gets what there is now but does not keep it.
        context.Response.Headers.CacheControl = version == Version ? "public, max-age=31536000, immutable" : "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return TypedResults.Bytes(content, Path.GetExtension(file) switch
        {
            ".css" => "text/css; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            _ => "image/svg+xml",
        });
    }

    /// <summary>The picture of a button, at an address that READMEs everywhere can have.</summary>
    public static IResult GetButton(HttpContext context)
    {
        context.Response.Headers.CacheControl = "public, max-age=86400";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return TypedResults.Bytes(Files["button.svg"], "image/svg+xml");
    }

    private static FrozenDictionary<string, byte[]> Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .ToFrozenDictionary(name => name[Prefix.Length..], name =>
            {
                using var stream = assembly.GetManifestResourceStream(name)!;
                var content = new byte[stream.Length];
                stream.ReadExactly(content);
                return content;
            }, StringComparer.Ordinal);
    }
}
