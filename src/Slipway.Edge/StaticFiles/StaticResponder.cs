using System.Buffers;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Win32.SafeHandles;
using Slipway.Edge.Forwarding;
using Slipway.Edge.Requests;
using Slipway.Edge.Routing;

namespace Slipway.Edge.StaticFiles;

/// <summary>Finds the static file of a request and sends it: conditional requests, ranges, HEAD (RFC 9110, 13 and 14).</summary>
internal static class StaticResponder
{
    private const int ChunkSize = 64 << 10;

    /// <returns>Null when the request is for the app.</returns>
    public static StaticFile? Find(AppRoute route, HttpRequest request)
    {
        if (route.Mounts.Length == 0 || !(HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))) return null;
        var path = request.Path.Value.AsSpan();
        foreach (var mount in route.Mounts)
        {
            if (!path.StartsWith(mount.Prefix, StringComparison.Ordinal)) continue;
            var relative = path[mount.Prefix.Length..];
            if (!StaticPath.IsFile(relative)) return null;
            // A range is of the plain file: resuming a download must not depend on what was compressed meanwhile.
            var accepts = request.Headers.Range.Count > 0 ? AcceptedEncodings.None : AcceptEncoding.Parse(request.Headers.AcceptEncoding);
            if (mount.Folder.Find(relative, accepts) is { } file) return file;
        }

        return null;
    }

    /// <param name="status">Another than 200 (a 404 page) is sent whole, whatever the request's conditions are.</param>
    /// <param name="more">Sets or replaces headers.</param>
    public static async Task SendAsync(Exchange exchange, StaticFile file, int status = StatusCodes.Status200OK, Action<IHeaderDictionary>? more = null)
    {
        using var opened = file.Opened;
        var http = exchange.Http;
        var response = http.Response;
        Describe(exchange, file);
        more?.Invoke(response.Headers);
        response.StatusCode = status;
        var isPage = status != StatusCodes.Status200OK;
        switch (isPage ? Precondition.Holds : Preconditions.Check(http.Request.Headers, file))
        {
            case Precondition.NotModified:
                response.StatusCode = StatusCodes.Status304NotModified;
                return;
            case Precondition.Failed:
                response.StatusCode = StatusCodes.Status412PreconditionFailed;
                response.ContentLength = 0;
                return;
        }

        var range = isPage ? null : ByteRange.Of(http.Request.Headers, file);
        if (range is { IsSatisfiable: false })
        {
            response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
            response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes */{file.Length}");
            response.ContentLength = 0;
            return;
        }

        var (start, length) = range is { } part ? (part.Start, part.Length) : (0, file.Length);
        if (range is not null)
        {
            response.StatusCode = StatusCodes.Status206PartialContent;
            response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {start}-{start + length - 1}/{file.Length}");
        }

        response.ContentType = file.ContentType;
        response.ContentLength = length;
        if (HttpMethods.IsHead(http.Request.Method)) return;
        if (file.Content is { } content)
        {
            await response.Body.WriteAsync(content.AsMemory((int)start, (int)length), http.RequestAborted);
            return;
        }

        using var source = opened ?? file.Open!();
        if (source is null) throw new FileNotFoundException($"{http.Request.Path} has gone from its layer.");
        await CopyAsync(source, start, length, http);
    }

    /// <summary>Headers of every answer about the file, 304 included.</summary>
    private static void Describe(Exchange exchange, StaticFile file)
    {
        var headers = exchange.Http.Response.Headers;
        headers.ETag = file.ETag;
        headers.CacheControl = file.CacheControl;
        headers.AcceptRanges = "bytes";
        headers["X-Request-Id"] = exchange.RequestId;
        if (file.Varies) headers.Vary = "Accept-Encoding";
        if (file.Encoding is not null) headers.ContentEncoding = file.Encoding;
        if (file.LastModified is { } modified) headers.LastModified = modified.ToString("R", CultureInfo.InvariantCulture);
        if (file.NoSniff) headers.XContentTypeOptions = "nosniff";
        if (file.AsDownload)
        {
            headers.ContentDisposition = "attachment";
            headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
        }

        RouteHeaders.Apply(exchange.Route, exchange.Http);
        if (exchange.ShowsInstance) headers["Slipway-Release"] = exchange.Route!.ReleaseLabel;
    }

    /// <summary>Reads from the page cache as a rule, so reading inline is cheaper than handing it to another thread.</summary>
    private static async Task CopyAsync(SafeFileHandle file, long start, long length, HttpContext http)
    {
        var body = http.Response.BodyWriter;
        while (length > 0)
        {
            var memory = body.GetMemory(ChunkSize);
            var count = RandomAccess.Read(file, memory.Span[..(int)Math.Min(memory.Length, length)], start);
            if (count == 0)
            {
                http.Abort(); // the app cut the file short while it was sent; a short answer must not look whole
                return;
            }

            body.Advance(count);
            start += count;
            length -= count;
            if ((await body.FlushAsync(http.RequestAborted)).IsCompleted) return;
        }
    }
}
