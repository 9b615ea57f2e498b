using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Slipway.Edge.Tests;

public sealed class StreamingTests
{
    [Fact]
    public async Task Websockets_pass_both_ways_and_close_cleanly()
    {
        await using var edge = await RunningEdge.StartAsync();
        await using var site = await Site.OnUnixAsync(edge.SocketOf("chat-web-1"), EchoAsync);
        await edge.RouteAsync(edge.RouteTo("chat", site.Address));

        using var socket = await WebSocketAsync(edge, "chat.localhost");
        var big = RandomNumberGenerator.GetHexString(200_000);
        foreach (var text in new[] { "hello", big })
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, default);
            Assert.Equal(text, await ReceiveAsync(socket));
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", default);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, socket.CloseStatus);
        await edge.RouterLogAsync("chat", "status=101");
    }

    [Fact]
    public async Task An_answer_arrives_piece_by_piece_as_the_app_writes_it()
    {
        var goOn = new TaskCompletionSource();
        await using var edge = await RunningEdge.StartAsync();
        await using var site = await Site.OnTcpAsync(async http =>
        {
            await http.Response.WriteAsync("first ");
            await http.Response.Body.FlushAsync();
            await goOn.Task;
            await http.Response.WriteAsync("last");
        });
        await edge.RouteAsync(edge.RouteTo("slow", site.Address));

        using var answer = await edge.Client.GetAsync("http://slow.localhost/", HttpCompletionOption.ResponseHeadersRead);
        await using var body = await answer.Content.ReadAsStreamAsync();
        var buffer = new byte[100];
        Assert.Equal("first ", Encoding.ASCII.GetString(buffer, 0, await body.ReadAsync(buffer)));
        goOn.SetResult();
        Assert.Equal("last", await new StreamReader(body).ReadToEndAsync());
        await edge.RouterLogAsync("slow", "bytes=10 ");
    }

    [Fact]
    public async Task An_event_stream_is_open_before_its_first_event()
    {
        var event1 = new TaskCompletionSource();
        await using var edge = await RunningEdge.StartAsync();
        await using var site = await Site.OnTcpAsync(async http =>
        {
            http.Response.ContentType = "text/event-stream";
            await http.Response.Body.FlushAsync();
            await event1.Task;
            await http.Response.WriteAsync("data: 1\n\n");
        });
        await edge.RouteAsync(edge.RouteTo("events", site.Address));

        var opening = edge.Client.GetAsync("http://events.localhost/", HttpCompletionOption.ResponseHeadersRead);
        using var answer = await opening.WaitAsync(TimeSpan.FromSeconds(10));
        event1.SetResult();
        Assert.Equal("data: 1\n\n", await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_hundred_megabytes_go_up_whole_and_are_not_kept_in_memory(bool lengthKnown)
    {
        await using var edge = await RunningEdge.StartAsync();
        await using var site = await Site.OnTcpAsync(async http => await http.Response.WriteAsync(Convert.ToHexString(await SHA256.HashDataAsync(http.Request.Body))));
        await edge.RouteAsync(edge.RouteTo("files", site.Address));

        var content = new PatternContent(100 << 20, lengthKnown);
        using var answer = await edge.Client.PostAsync("http://files.localhost/", content);
        Assert.Equal(content.Hash, await answer.Content.ReadAsStringAsync());
        var peak = File.ReadLines($"/proc/{await edge.WorkerPidAsync()}/status").First(l => l.StartsWith("VmHWM")).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.InRange(int.Parse(peak[1]), 1, 200 << 10);
    }

    [Fact]
    public async Task A_body_above_the_limit_is_refused_declared_or_not()
    {
        await using var edge = await RunningEdge.StartAsync();
        await using var site = await Site.OnTcpAsync(async http =>
        {
            await http.Request.Body.CopyToAsync(Stream.Null);
            await http.Response.WriteAsync("taken");
        });
        await edge.RouteAsync(edge.RouteTo("files", site.Address) with { MaxBodyBytes = 1000 });

        Assert.Equal("taken", await (await edge.Client.PostAsync("http://files.localhost/", new PatternContent(1000, true))).Content.ReadAsStringAsync());
        var declared = await edge.Client.PostAsync("http://files.localhost/", new PatternContent(1001, true));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, declared.StatusCode);
        Assert.Contains("too large", await declared.Content.ReadAsStringAsync());
        var chunked = await edge.Client.PostAsync("http://files.localhost/", new PatternContent(1001, false));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, chunked.StatusCode);
    }

    [Fact]
    public async Task A_client_that_waits_for_100_continue_gets_it()
    {
        await using var edge = await RunningEdge.StartAsync();
        await using var site = await Site.OnTcpAsync(async http => await http.Response.WriteAsync(await new StreamReader(http.Request.Body).ReadToEndAsync()));
        await edge.RouteAsync(edge.RouteTo("files", site.Address));

        await using var stream = await edge.ConnectAsync();
        await stream.WriteAsync("POST / HTTP/1.1\r\nHost: files.localhost\r\nContent-Length: 5\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"u8.ToArray());
        var reader = new StreamReader(stream);
        Assert.Equal("HTTP/1.1 100 Continue", await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(10)));
        await stream.WriteAsync("hello"u8.ToArray());
        Assert.Contains("hello", await reader.ReadToEndAsync());
    }

    internal static async Task<WebSocket> WebSocketAsync(RunningEdge edge, string host)
    {
        var client = new ClientWebSocket();
        client.Options.KeepAliveInterval = TimeSpan.Zero;
        await client.ConnectAsync(new Uri($"ws://{host}/"), new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) => await edge.ConnectAsync(cancellation),
        }), default);
        return client;
    }

    internal static async Task<string> ReceiveAsync(WebSocket socket)
    {
        var text = new MemoryStream();
        var buffer = new byte[64 << 10];
        ValueWebSocketReceiveResult part;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        do
        {
            part = await socket.ReceiveAsync(buffer.AsMemory(), limit.Token);
            text.Write(buffer, 0, part.Count);
        }
        while (!part.EndOfMessage);
        return Encoding.UTF8.GetString(text.ToArray());
    }

    internal static async Task EchoAsync(HttpContext http)
    {
        using var socket = await http.WebSockets.AcceptWebSocketAsync();
        while (socket.State is WebSocketState.Open)
        {
            var text = await ReceiveAsync(socket);
            if (socket.State is not WebSocketState.Open) break;
            await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, default);
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", default);
    }

    /// <summary>Bytes made as they are sent.</summary>
    private sealed class PatternContent(int length, bool lengthKnown) : HttpContent
    {
        private readonly byte[] _piece = RandomNumberGenerator.GetBytes(64 << 10);

        public string Hash
        {
            get
            {
                using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                for (var sent = 0; sent < length; sent += _piece.Length) hash.AppendData(_piece, 0, Math.Min(_piece.Length, length - sent));
                return Convert.ToHexString(hash.GetHashAndReset());
            }
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            for (var sent = 0; sent < length; sent += _piece.Length) await stream.WriteAsync(_piece.AsMemory(0, Math.Min(_piece.Length, length - sent)));
        }

        protected override bool TryComputeLength(out long computed)
        {
            computed = length;
            return lengthKnown;
        }
    }
}
