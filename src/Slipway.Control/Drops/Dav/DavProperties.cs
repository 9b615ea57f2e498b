using System.Globalization;
using System.Xml.Linq;
using Microsoft.AspNetCore.StaticFiles;

namespace Slipway.Control.Drops.Dav;

/// <summary>The properties of a resource, live ones alone: what a file system has to say of a file.</summary>
internal static class DavProperties
{
    public static readonly XNamespace Dav = "DAV:";

    /// <summary>Apache's, by which davfs2 keeps the mode of programs.</summary>
    public static readonly XName Executable = (XNamespace)"http://apache.org/dav/props/" + "executable";

    private static readonly FileExtensionContentTypeProvider ContentTypes = new();

    private static readonly XName[] All =
    [
        Dav + "resourcetype", Dav + "displayname", Dav + "getcontentlength", Dav + "getcontenttype", Dav + "getlastmodified", Dav + "creationdate",
        Dav + "getetag", Dav + "supportedlock", Dav + "lockdiscovery", Executable,
    ];

    public static string ContentType(DavResource file) => ContentTypes.TryGetContentType(file.Path, out var type) ? type : "application/octet-stream";

    /// <summary>One resource's part of the answer to PROPFIND.</summary>
    /// <param name="wanted">Null for all.</param>
    public static XElement Response(string href, DavResource resource, IReadOnlyList<XName>? wanted, bool namesOnly, Func<string, string> hrefOf)
    {
        var found = (wanted ?? All).Select(name => (Name: name, Element: Value(name, resource, hrefOf))).ToList();
        var known = found.Where(one => one.Element is not null).Select(one => namesOnly ? new XElement(one.Name) : one.Element!).ToList();
        var missing = wanted is null ? [] : found.Where(one => one.Element is null).Select(one => new XElement(one.Name)).ToList();
        return new XElement(Dav + "response", new XElement(Dav + "href", href),
            known.Count > 0 || missing.Count == 0 ? Status(known, "200 OK") : null,
            missing.Count > 0 ? Status(missing, "404 Not Found") : null);
    }

    public static XElement Status(IEnumerable<XElement> properties, string status) =>
        new(Dav + "propstat", new XElement(Dav + "prop", properties), new XElement(Dav + "status", "HTTP/1.1 " + status));

    public static XElement Discovery(IEnumerable<DavLock> locks, Func<string, string> hrefOf) => new(Dav + "lockdiscovery", locks.Select(one =>
        new XElement(Dav + "activelock",
            new XElement(Dav + "locktype", new XElement(Dav + "write")),
            new XElement(Dav + "lockscope", new XElement(Dav + (one.IsShared ? "shared" : "exclusive"))),
            new XElement(Dav + "depth", one.IsDeep ? "infinity" : "0"),
            one.Owner,
            new XElement(Dav + "timeout", string.Create(CultureInfo.InvariantCulture, $"Second-{(int)one.Timeout.TotalSeconds}")),
            new XElement(Dav + "locktoken", new XElement(Dav + "href", one.Token)),
            new XElement(Dav + "lockroot", new XElement(Dav + "href", hrefOf(one.Path))))));

    private static XElement? Value(XName name, DavResource resource, Func<string, string> hrefOf)
    {
        if (name == Executable) return resource.IsFile ? new XElement(name, File.GetUnixFileMode(resource.OnDisk).HasFlag(UnixFileMode.UserExecute) ? "T" : "F") : null;
        if (name.Namespace != Dav) return null;
        return name.LocalName switch
        {
            "resourcetype" => new XElement(name, resource.IsFolder ? new XElement(Dav + "collection") : null),
            "displayname" => new XElement(name, resource.Path.Length == 0 ? "" : Sources.SourcePath.Name(resource.Path)),
            "getcontentlength" when resource.IsFile => new XElement(name, new FileInfo(resource.OnDisk).Length),
            "getcontenttype" when resource.IsFile => new XElement(name, ContentType(resource)),
            "getetag" when resource.ETag is { } tag => new XElement(name, tag),
            "getlastmodified" => new XElement(name, File.GetLastWriteTimeUtc(resource.OnDisk).ToString("R", CultureInfo.InvariantCulture)),
            "creationdate" => new XElement(name, File.GetCreationTimeUtc(resource.OnDisk).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)),
            "supportedlock" => new XElement(name, Entry("exclusive"), Entry("shared")),
            "lockdiscovery" => Discovery(resource.Folder.Locks.Of(resource.Path), hrefOf),
            _ => null,
        };

        static XElement Entry(string scope) => new(Dav + "lockentry",
            new XElement(Dav + "lockscope", new XElement(Dav + scope)), new XElement(Dav + "locktype", new XElement(Dav + "write")));
    }
}
