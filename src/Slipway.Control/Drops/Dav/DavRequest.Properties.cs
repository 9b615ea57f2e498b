using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace Slipway.Control.Drops.Dav;

/// <summary>Properties and locks: the part of WebDAV that speaks XML.</summary>
internal sealed partial class DavRequest
{
    private async Task<int> FindPropertiesAsync(DavResource resource)
    {
        if (!resource.Exists) return 404;
        var depth = Request.Headers["Depth"].ToString();
        if (depth is not ("0" or "1"))
        {
            // A whole tree in one answer is more than anybody needs, and a way to keep a server busy.
            await WriteXmlAsync(new XElement(Dav + "error", new XElement(Dav + "propfind-finite-depth")), 403);
            return 403;
        }

        XElement? asked;
        try
        {
            asked = await ReadXmlAsync();
        }
        catch (XmlException)
        {
            return 400;
        }

        if (asked is not null && asked.Name != Dav + "propfind") return 400;
        var wanted = asked?.Element(Dav + "prop")?.Elements().Select(element => element.Name).ToList();
        var namesOnly = asked?.Element(Dav + "propname") is not null;
        var resources = depth == "1" && resource.IsFolder ? resource.Children().Prepend(resource) : [resource];
        await WriteXmlAsync(
            new XElement(Dav + "multistatus", resources.Select(one => DavProperties.Response(HrefOf(one.Path, one.IsFolder), one, wanted, namesOnly, PathHref))), 207);
        return 207;
    }

    /// <summary>Times and the mode of programs may be set. What else a client wants to keep is refused by name: files have no place for it.</summary>
    private async Task<int> PatchPropertiesAsync(DavResource resource, IReadOnlySet<string> tokens)
    {
        if (!resource.Exists) return 404;
        if (folder.Locks.Forbids(resource.Path, tokens)) return 423;
        XElement? asked;
        try
        {
            asked = await ReadXmlAsync();
        }
        catch (XmlException)
        {
            return 400;
        }

        if (asked?.Name != Dav + "propertyupdate") return 400;
        var changes = asked.Elements().Where(element => element.Name == Dav + "set" || element.Name == Dav + "remove")
            .SelectMany(element => element.Elements(Dav + "prop").Elements().Select(property => (IsSet: element.Name.LocalName == "set", Property: property))).ToList();
        // All or nothing, says the RFC.
        var refused = changes.Where(change => !(change.IsSet && CanSet(change.Property, resource))).Select(change => new XElement(change.Property.Name)).ToList();
        var accepted = changes.Select(change => new XElement(change.Property.Name)).Where(one => refused.All(other => other.Name != one.Name)).ToList();
        if (refused.Count == 0) foreach (var (_, property) in changes) Set(property, resource);
        await WriteXmlAsync(new XElement(Dav + "multistatus", new XElement(Dav + "response", new XElement(Dav + "href", HrefOf(resource.Path, resource.IsFolder)),
            accepted.Count > 0 ? DavProperties.Status(accepted, refused.Count == 0 ? "200 OK" : "424 Failed Dependency") : null,
            refused.Count > 0 ? DavProperties.Status(refused, "403 Forbidden") : null)), 207);
        return 207;
    }

    // Windows sets its own times and attributes on every file that it copies, and gives up when it may not.
    private static bool CanSet(XElement property, DavResource resource) =>
        property.Name.NamespaceName == "urn:schemas-microsoft-com:"
        || (property.Name == DavProperties.Executable && resource.IsFile && property.Value is "T" or "F")
        || (property.Name == Dav + "getlastmodified" && TimeOf(property) is not null);

    private static void Set(XElement property, DavResource resource)
    {
        if (property.Name == DavProperties.Executable)
        {
            const UnixFileMode Execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
            var mode = File.GetUnixFileMode(resource.OnDisk);
            File.SetUnixFileMode(resource.OnDisk, property.Value == "T" ? mode | Execute : mode & ~Execute);
        }
        else if ((property.Name == Dav + "getlastmodified" || property.Name.LocalName == "Win32LastModifiedTime") && TimeOf(property) is { } time)
        {
            File.SetLastWriteTimeUtc(resource.OnDisk, time.UtcDateTime);
        }
    }

    private static DateTimeOffset? TimeOf(XElement property) =>
        DateTimeOffset.TryParseExact(property.Value, "R", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    /// <summary>Takes a lock, or with <c>If</c> and no body takes it for longer. At a path that has nothing it makes an empty file, as the RFC wants.</summary>
    private async Task<int> LockAsync(DavResource resource, IReadOnlySet<string> tokens)
    {
        XElement? asked;
        try
        {
            asked = await ReadXmlAsync();
        }
        catch (XmlException)
        {
            return 400;
        }

        if (asked is null)
        {
            var refreshed = tokens.Select(token => folder.Locks.Refresh(token, resource.Path, Timeout())).FirstOrDefault(one => one is not null);
            return refreshed is null ? 412 : await TellAsync(refreshed, 200);
        }

        var scope = asked.Element(Dav + "lockscope");
        var shared = scope?.Element(Dav + "shared") is not null;
        if (asked.Name != Dav + "lockinfo" || asked.Element(Dav + "locktype")?.Element(Dav + "write") is null || (!shared && scope?.Element(Dav + "exclusive") is null)) return 400;
        var depth = Request.Headers["Depth"].ToString();
        if (depth is not ("" or "0" or "infinity")) return 400;
        var isNew = !resource.Exists;
        if (isNew && resource.Parent is not { IsFolder: true }) return 409;
        if (isNew && folder.Locks.Forbids(resource.Path, tokens, ofParent: true)) return 423;
        var owner = asked.Element(Dav + "owner");
        if (folder.Locks.Take(resource.Path, depth != "0", shared, owner is null ? null : new XElement(owner), Timeout()) is not { } taken) return 423;
        if (isNew) await File.WriteAllBytesAsync(resource.OnDisk, []);
        folder.Touch(actor.AccountId);
        Response.Headers["Lock-Token"] = $"<{taken.Token}>";
        return await TellAsync(taken, isNew ? 201 : 200);
    }

    private int Unlock(DavResource resource)
    {
        var token = Request.Headers["Lock-Token"].ToString();
        if (token is not ['<', .., '>']) return 400;
        return folder.Locks.Release(token[1..^1], resource.Path) ? 204 : 409;
    }

    private async Task<int> TellAsync(DavLock one, int status)
    {
        await WriteXmlAsync(new XElement(Dav + "prop", DavProperties.Discovery([one], PathHref)), status);
        return status;
    }

    private string PathHref(string path) => HrefOf(path, isFolder: false);

    /// <summary><c>Second-600, Infinite</c>: the first that is a number.</summary>
    private TimeSpan? Timeout()
    {
        foreach (var part in Request.Headers["Timeout"].ToString().Split(',', StringSplitOptions.TrimEntries))
            if (part.StartsWith("Second-", StringComparison.OrdinalIgnoreCase) && long.TryParse(part.AsSpan(7), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
                return TimeSpan.FromSeconds(Math.Clamp(seconds, 1, 86_400));
        return null;
    }
}
