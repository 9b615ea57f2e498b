using System.Text;
using System.Xml;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http.Features;
using Slipway.Control.Access;
using Slipway.Control.Sources;

namespace Slipway.Control.Drops.Dav;

/// <summary>One WebDAV request to a drop folder.</summary>
/// <param name="prefix">Of the folder's URLs: <c>/dav/blog/</c>.</param>
internal sealed partial class DavRequest(HttpContext context, DropFolder folder, SourceLimits limits, Actor actor, string prefix)
{
    private const int MaxXml = 256 * 1024;

    private static readonly XNamespace Dav = DavProperties.Dav;

    private HttpRequest Request => context.Request;

    private HttpResponse Response => context.Response;

    public async Task AnswerAsync(string? path)
    {
        if (DavResource.Find(folder, path, limits) is not { } resource || DavIf.Parse(Request.Headers["If"].ToString()) is not { } condition)
        {
            Response.StatusCode = 400;
            return;
        }

        if (!condition.Holds(url => StateOf(url, resource)) || !IfMatchHolds(resource))
        {
            Response.StatusCode = 412;
            return;
        }

        var isChange = Request.Method is "PUT" or "DELETE" or "MKCOL" or "COPY" or "MOVE" or "PROPPATCH";
        using var writing = isChange ? folder.Writing() : null;
        var status = await PerformAsync(resource, condition.Tokens);
        if (!Response.HasStarted) Response.StatusCode = status;
        if (isChange && status < 300) folder.Touch(actor.AccountId);
    }

    private async Task<int> PerformAsync(DavResource resource, IReadOnlySet<string> tokens) => Request.Method switch
    {
        "OPTIONS" => Options(),
        "GET" or "HEAD" => await GetAsync(resource),
        "PUT" => await PutAsync(resource, tokens),
        "MKCOL" => MakeFolder(resource, tokens),
        "DELETE" => Delete(resource, tokens),
        "COPY" or "MOVE" => Transfer(resource, tokens),
        "PROPFIND" => await FindPropertiesAsync(resource),
        "PROPPATCH" => await PatchPropertiesAsync(resource, tokens),
        "LOCK" => await LockAsync(resource, tokens),
        "UNLOCK" => Unlock(resource),
        _ => 405,
    };

    private int Options()
    {
        Response.Headers["DAV"] = "1, 2";
        Response.Headers["MS-Author-Via"] = "DAV"; // Windows asks for it
        Response.Headers.Allow = "OPTIONS, GET, HEAD, PUT, DELETE, MKCOL, COPY, MOVE, PROPFIND, PROPPATCH, LOCK, UNLOCK";
        return 200;
    }

    private async Task<int> GetAsync(DavResource resource)
    {
        if (resource.IsFolder)
        {
            Response.ContentType = "text/plain; charset=utf-8";
            await Response.WriteAsync("A drop folder of Slipway. Mount this address as a network drive (WebDAV); what you save is live a moment later.\n\n"
                + string.Concat(resource.Children().Select(child => SourcePath.Name(child.Path) + (child.IsFolder ? "/\n" : "\n"))));
            return 200;
        }

        if (!resource.IsFile) return 404;
        // What people put here is theirs, and must not act as a page of the dashboard's own origin.
        Response.Headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
        Response.Headers.XContentTypeOptions = "nosniff";
        var result = TypedResults.PhysicalFile(
            resource.OnDisk, DavProperties.ContentType(resource), lastModified: File.GetLastWriteTimeUtc(resource.OnDisk),
            entityTag: new Microsoft.Net.Http.Headers.EntityTagHeaderValue(resource.ETag!), enableRangeProcessing: true);
        await result.ExecuteAsync(context);
        return Response.StatusCode;
    }

    /// <summary>The whole of it is on disk before it has its name; a body that is cut short leaves nothing.</summary>
    private async Task<int> PutAsync(DavResource resource, IReadOnlySet<string> tokens)
    {
        if (resource.IsFolder) return 405;
        if (resource.Parent is not { IsFolder: true }) return 409;
        var isNew = !resource.IsFile;
        if (folder.Locks.Forbids(resource.Path, tokens, ofParent: isNew)) return 423;
        if (Request.Headers.ContentRange.Count > 0) return 400;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = limits.FileBytes;
        var aside = Path.Combine(folder.Incoming, Guid.NewGuid().ToString("n"));
        try
        {
            await using (var file = new FileStream(aside, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16, FileOptions.Asynchronous))
                await Request.Body.CopyToAsync(file, context.RequestAborted);
            if (!isNew) File.SetUnixFileMode(aside, File.GetUnixFileMode(resource.OnDisk));
            File.Move(aside, resource.OnDisk, overwrite: true);
        }
        finally
        {
            File.Delete(aside);
        }

        Response.Headers.ETag = resource.ETag;
        return isNew ? 201 : 204;
    }

    private int MakeFolder(DavResource resource, IReadOnlySet<string> tokens)
    {
        if (Request.ContentLength > 0) return 415;
        if (resource.Exists) return 405;
        if (resource.Parent is not { IsFolder: true }) return 409;
        if (folder.Locks.Forbids(resource.Path, tokens, ofParent: true)) return 423;
        Directory.CreateDirectory(resource.OnDisk);
        return 201;
    }

    private int Delete(DavResource resource, IReadOnlySet<string> tokens)
    {
        if (resource.Path.Length == 0) return 403;
        if (!resource.Exists) return 404;
        if (folder.Locks.Forbids(resource.Path, tokens, deep: true, ofParent: true)) return 423;
        Remove(resource);
        return 204;
    }

    private int Transfer(DavResource from, IReadOnlySet<string> tokens)
    {
        var isMove = Request.Method == "MOVE";
        if (!from.Exists) return 404;
        if (PathOf(Request.Headers["Destination"].ToString()) is not { } path) return 502;
        if (DavResource.Find(folder, path, limits) is not { } to) return 400;
        var isInside = to.Path == from.Path || SourcePath.IsBelow(to.Path, from.Path) || SourcePath.IsBelow(from.Path, to.Path);
        if (isInside || to.Path.Length == 0 || from.Path.Length == 0) return 403;
        if (to.Parent is not { IsFolder: true }) return 409;
        var isNew = !to.Exists;
        if (!isNew && Request.Headers["Overwrite"] == "F") return 412;
        if ((isMove && folder.Locks.Forbids(from.Path, tokens, deep: true, ofParent: true)) || folder.Locks.Forbids(to.Path, tokens, deep: true, ofParent: isNew)) return 423;
        if (!isNew) Remove(to);
        if (isMove) Move(from, to);
        else Copy(from, to, deep: Request.Headers["Depth"] != "0");
        return isNew ? 201 : 204;
    }

    private void Move(DavResource from, DavResource to)
    {
        if (from.IsFolder) Directory.Move(from.OnDisk, to.OnDisk);
        else File.Move(from.OnDisk, to.OnDisk);
        folder.Locks.Forget(from.Path); // locks do not travel
    }

    private static void Copy(DavResource from, DavResource to, bool deep)
    {
        if (from.IsFile)
        {
            File.Copy(from.OnDisk, to.OnDisk);
            return;
        }

        Directory.CreateDirectory(to.OnDisk);
        foreach (var child in deep ? from.Children() : []) Copy(child, to with { Path = $"{to.Path}/{SourcePath.Name(child.Path)}" }, deep);
    }

    private void Remove(DavResource resource)
    {
        if (resource.IsFolder) Directory.Delete(resource.OnDisk, recursive: true);
        else File.Delete(resource.OnDisk);
        folder.Locks.Forget(resource.Path);
    }

    private (IReadOnlyList<DavLock>, string?)? StateOf(string? url, DavResource own)
    {
        if (url is null) return (folder.Locks.Of(own.Path), own.ETag);
        return PathOf(url) is { } path && DavResource.Find(folder, path, limits) is { } other ? (folder.Locks.Of(other.Path), other.ETag) : null;
    }

    /// <returns>The path below the folder; null when the URL is not in it.</returns>
    private string? PathOf(string url)
    {
        if (!Uri.TryCreate(url, UriKind.RelativeOrAbsolute, out var uri)) return null;
        if (uri.IsAbsoluteUri && uri.Scheme != Uri.UriSchemeFile && !string.Equals(uri.Authority, Request.Host.Value, StringComparison.OrdinalIgnoreCase)) return null;
        // A path alone is taken for a file's URI on this system.
        var path = uri.IsAbsoluteUri && uri.Scheme != Uri.UriSchemeFile ? uri.AbsolutePath : url;
        path = Uri.UnescapeDataString(path);
        return path.StartsWith(prefix, StringComparison.Ordinal) ? path[prefix.Length..] : path == prefix.TrimEnd('/') ? "" : null;
    }

    private string HrefOf(string path, bool isFolder) =>
        prefix + string.Join('/', path.Split('/').Select(Uri.EscapeDataString)) + (isFolder && path.Length > 0 ? "/" : "");

    private bool IfMatchHolds(DavResource resource)
    {
        if (Request.Method is "GET" or "HEAD") return true;
        var (match, noneMatch) = (Request.Headers.IfMatch.ToString(), Request.Headers.IfNoneMatch.ToString());
        if (match.Length > 0 && !(match == "*" ? resource.Exists : resource.ETag is { } tag && match.Contains(tag, StringComparison.Ordinal))) return false;
        return noneMatch.Length == 0 || !(noneMatch == "*" ? resource.Exists : resource.ETag is { } other && noneMatch.Contains(other, StringComparison.Ordinal));
    }

    /// <returns>Null when there is no body.</returns>
    /// <exception cref="XmlException">It is not XML, or larger than such a request can be.</exception>
    private async Task<XElement?> ReadXmlAsync()
    {
        using var body = new MemoryStream();
        var block = new byte[8192];
        for (int got; (got = await Request.Body.ReadAsync(block, context.RequestAborted)) > 0;)
        {
            body.Write(block, 0, got);
            if (body.Length > MaxXml) throw new XmlException("The request is too large.");
        }

        if (body.Length == 0) return null;
        body.Position = 0;
        using var reader = XmlReader.Create(body, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
        return XElement.Load(reader);
    }

    private async Task WriteXmlAsync(XElement root, int status)
    {
        Response.StatusCode = status;
        Response.ContentType = "application/xml; charset=utf-8";
        root.SetAttributeValue(XNamespace.Xmlns + "D", Dav.NamespaceName);
        await Response.WriteAsync("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n" + root.ToString(SaveOptions.DisableFormatting), Encoding.UTF8, context.RequestAborted);
    }
}
