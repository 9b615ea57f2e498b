using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Runner;

namespace Slipway.Cli.Tests.Server;

internal sealed partial class TestPlatform
{
    public List<Dyno> Dynos { get; } = [];

    public CreateDynoRequest? Ran { get; private set; }

    public Dyno Dyno(string name, string command = "gunicorn blog.wsgi", string state = "up") => new()
    {
        Id = Guid.NewGuid(), Name = name, Type = name.Split('.')[0], Command = command, State = state, Size = "standard",
        App = new Reference(Guid.NewGuid(), "blog"), Release = new DynoRelease(Guid.NewGuid(), 7), MemoryBytes = 61_000_000,
        CreatedAt = DateTimeOffset.UtcNow.AddMinutes(-5), UpdatedAt = DateTimeOffset.UtcNow,
    };

    private void MapDynos()
    {
        _web.MapGet("/apps/{app}/dynos", () => Json(Dynos, ContractsJson.Default.IReadOnlyListDyno));
        _web.MapPost("/apps/{app}/dynos", async (HttpContext context) =>
        {
            Ran = await ReadAsync(context, ContractsJson.Default.CreateDynoRequest);
            return Json(Dyno("run.1", string.Join(' ', Ran.Command)) with { AttachUrl = new Uri(Url, "/attach").ToString().Replace("http:", "ws:") }, ContractsJson.Default.Dyno, 201);
        });
        _web.MapGet("/slipway/apps/{app}/db/shell", () => Fail(404, new("no_database", "blog has no database.") { Next = "slipway addons create postgresql" }));
        _web.Map("/attach", async (HttpContext context) =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await AttachAsync(socket, context.RequestAborted);
        });
    }

    /// <summary>
    /// The command at the other end: says back each line in capitals, each resize and each byte of Ctrl-C; <c>exit N</c> or
    /// the end of the input ends it.
    /// </summary>
    private static async Task AttachAsync(WebSocket socket, CancellationToken cancel)
    {
        await SayAsync(socket, FrameType.Stdout, "ready\r\n", cancel);
        var line = new StringBuilder();
        var buffer = new byte[70_000];
        while (true)
        {
            var got = await socket.ReceiveAsync(buffer.AsMemory(), cancel);
            if (got.MessageType == WebSocketMessageType.Close) return;
            var payload = buffer.AsMemory(1, got.Count - 1);
            switch ((FrameType)buffer[0])
            {
                case FrameType.Resize:
                    var size = JsonSerializer.Deserialize(payload.Span, ContractsJson.Default.TerminalSize)!;
                    await SayAsync(socket, FrameType.Stdout, $"size {size.Columns}x{size.Rows}\r\n", cancel);
                    break;
                case FrameType.Stdin when payload.Length == 0:
                    await ExitAsync(socket, 0, cancel);
                    return;
                case FrameType.Stdin:
                    line.Append(Encoding.UTF8.GetString(payload.Span));
                    while (line.ToString().IndexOfAny(['\r', '\n', '\x03']) is >= 0 and var end)
                    {
                        var text = line.ToString(0, end);
                        var isInterrupt = line[end] == '\x03';
                        line.Remove(0, end + 1);
                        if (isInterrupt) await SayAsync(socket, FrameType.Stdout, "interrupted\r\n", cancel);
                        else if (text.StartsWith("exit ", StringComparison.Ordinal))
                        {
                            await ExitAsync(socket, int.Parse(text[5..]), cancel);
                            return;
                        }
                        else if (text == "vanish")
                        {
                            socket.Abort();
                            return;
                        }
                        else await SayAsync(socket, text.StartsWith('!') ? FrameType.Stderr : FrameType.Stdout, text.ToUpperInvariant() + "\r\n", cancel);
                    }
                    break;
            }
        }
    }

    private static ValueTask SayAsync(WebSocket socket, FrameType type, string text, CancellationToken cancel) =>
        socket.SendAsync(new ReadOnlyMemory<byte>([(byte)type, .. Encoding.UTF8.GetBytes(text)]), WebSocketMessageType.Binary, true, cancel);

    private static async Task ExitAsync(WebSocket socket, int code, CancellationToken cancel)
    {
        var exit = JsonSerializer.SerializeToUtf8Bytes(new InstanceExit(code, 0, false, DateTimeOffset.UtcNow), ContractsJson.Default.InstanceExit);
        await socket.SendAsync(new ReadOnlyMemory<byte>([(byte)FrameType.Exit, .. exit]), WebSocketMessageType.Binary, true, cancel);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancel);
    }
}
