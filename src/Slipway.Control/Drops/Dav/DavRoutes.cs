using Slipway.Contracts.Errors;
using Slipway.Contracts.Server;
using Slipway.Control.Access;
using Slipway.Control.Api;
using Slipway.Control.Sources;

namespace Slipway.Control.Drops.Dav;

/// <summary>Drop folders over WebDAV (RFC 4918, classes 1 and 2) at <c>/dav/APP/</c>, with the token as password.</summary>
internal static class DavRoutes
{
    private static readonly string[] Methods =
        ["OPTIONS", "GET", "HEAD", "PUT", "DELETE", "MKCOL", "COPY", "MOVE", "PROPFIND", "PROPPATCH", "LOCK", "UNLOCK"];

    public static void MapDav(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/dav/{app}/{**path}", Methods, AnswerAsync).WithName("drop.dav").Needs(AppPermission.Deploy).WithMetadata(new FailureStyle(WriteAsync));
    }

    public static Uri UrlOf(ServerConfig server, string app) => server.ApiUrl($"/dav/{app}/");

    private static async Task AnswerAsync(string? path, HttpContext context, AppRequest request, DropFolders folders, SourceLimits limits)
    {
        var folder = await folders.OpenAsync(request.App);
        // Whoever lists the folder's top begins to work with it.
        if (string.IsNullOrEmpty(path) && context.Request.Method == "PROPFIND") await folders.RefreshAsync(request.App, folder);
        await new DavRequest(context, folder, limits, request.Actor, $"/dav/{context.Request.RouteValues["app"]}/").AnswerAsync(path);
    }

    /// <summary>File managers show the status alone, or the text; none reads JSON.</summary>
    private static Task WriteAsync(HttpContext context, int status, SlipwayError error)
    {
        context.Response.StatusCode = status;
        if (status == 401) context.Response.Headers.WWWAuthenticate = "Basic realm=\"Slipway: any user name, your token as password\", charset=\"UTF-8\"";
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(string.Join('\n', new[] { error.Message, error.Why, error.Next, "" }.Where(line => line is not null)), context.RequestAborted);
    }
}
