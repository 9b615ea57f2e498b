using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Slipway.Cli.Account;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;

namespace Slipway.Cli.Apps;

/// <summary>
/// Which app a folder was deployed to; the CLI remembers it for the user, outside of the folder, so that nothing is written
/// into a source tree. One file a folder and server: commands at the same time do not get in each other's way.
/// </summary>
internal sealed record AppLink(string Folder, string Server, AppName App)
{
    private static string Links => Path.Combine(UserFolder.Path, "links");

    /// <summary>The link of this folder or of the nearest one above it.</summary>
    public static AppLink? Find(string folder, Uri server)
    {
        for (var at = Path.GetFullPath(folder); at is not null; at = Path.GetDirectoryName(at))
        {
            if (Of(at, server) is { } link) return link;
        }
        return null;
    }

    public static AppLink? Of(string folder, Uri server) => Read(FileOf(Path.GetFullPath(folder), Key(server)));

    public static void Save(string folder, Uri server, AppName app)
    {
        var link = new AppLink(Path.GetFullPath(folder), Key(server), app);
        if (Of(folder, server) == link) return;
        UserFolder.Write(FileOf(link.Folder, link.Server), JsonSerializer.SerializeToUtf8Bytes(link, AppLinkJson.Default.AppLink), UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    /// <summary>The apps that were deployed from this machine, for completion: no server is asked.</summary>
    public static IEnumerable<string> KnownApps() => Directory.Exists(Links)
        ? Directory.GetFiles(Links, "*.json").Select(Read).OfType<AppLink>().Select(link => link.App.Value).Distinct().Order(StringComparer.Ordinal)
        : [];

    /// <summary>Forgets every folder of an app that is gone.</summary>
    public static void Forget(Uri server, AppName app)
    {
        if (!Directory.Exists(Links)) return;
        foreach (var file in Directory.GetFiles(Links, "*.json").Where(file => Read(file) is { } link && link.App == app && link.Server == Key(server)))
            File.Delete(file);
    }

    /// <returns>Null when nothing was deployed from there, or the file is not one of ours.</returns>
    private static AppLink? Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), AppLinkJson.Default.AppLink);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or SlipwayException)
        {
            return null;
        }
    }

    private static string Key(Uri server) => server.GetLeftPart(UriPartial.Authority);

    private static string FileOf(string folder, string server) =>
        Path.Combine(Links, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(server + "\n" + folder)).AsSpan(0, 16)) + ".json");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(AppLink))]
internal sealed partial class AppLinkJson : JsonSerializerContext;
