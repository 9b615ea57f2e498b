using System.Globalization;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Runner;
using Slipway.Control.Access;
using Slipway.Control.Addons;
using Slipway.Control.Attach;
using Slipway.Control.Events;

namespace Slipway.Control.Api;

/// <summary>WebSockets that talk to an instance, in the messages of <see cref="FrameBridge"/>.</summary>
internal static class AttachApi
{
    public static void MapAttach(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/slipway/apps/{app}/attach/{token}", AttachAsync).WithName("dyno.attach").Needs(AppPermission.Operate).In(Area.Secrets);
        routes.MapGet("/slipway/apps/{app}/db/shell", DatabaseShellAsync).WithName("db.shell").Needs(AppPermission.Operate).In(Area.Secrets);
    }

    public static string PathOf(string app, string token) => $"/slipway/apps/{app}/attach/{token}";

    private static async Task AttachAsync(string token, HttpContext context, AppRequest request, Attachments attachments, CancellationToken cancel)
    {
        CheckWebSocket(context);
        await using var oneOff = attachments.Take(token, request.App.Uuid) ?? throw AppRequest.NotFound("one-off instance that waits under", token);
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        await FrameBridge.RunAsync(socket, oneOff.Frames, cancel);
    }

    /// <summary><c>?columns=80&amp;rows=24</c> for a terminal; without, the client reads its input to the end. <c>addon=NAME</c>: another than the app's database.</summary>
    private static async Task DatabaseShellAsync(HttpContext context, AppRequest request, AddonShell shells, EventLog events, CancellationToken cancel)
    {
        CheckWebSocket(context);
        await using var shell = await shells.OpenAsync(request.App, context.Request.Query["addon"], Terminal(context.Request.Query), cancel);
        await events.RecordAsync(request.Actor.Email, "db.shell", EventTarget.Of(request.App), null, null, EventLog.Ok, cancel);
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        await FrameBridge.RunAsync(socket, shell.Frames, cancel);
    }

    private static TerminalSize? Terminal(IQueryCollection query) =>
        ushort.TryParse(query["columns"], NumberStyles.None, CultureInfo.InvariantCulture, out var columns)
        && ushort.TryParse(query["rows"], NumberStyles.None, CultureInfo.InvariantCulture, out var rows)
            ? new TerminalSize(columns, rows)
            : null;

    private static void CheckWebSocket(HttpContext context)
    {
        if (context.WebSockets.IsWebSocketRequest) return;
        throw new SlipwayException(426, new SlipwayError("websocket_only", "This address speaks WebSocket only.")
        {
            Next = "The CLI uses it: slipway run, slipway db shell",
        });
    }
}
