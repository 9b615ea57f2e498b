using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Slipway.Contracts.Runner;
using Slipway.Control.Api;
using Slipway.Control.Attach;

namespace Slipway.Control.Tests.Attach;

/// <summary>What passes between Heroku's client and a command.</summary>
public sealed class RendezvousTests
{
    private static readonly Dictionary<string, string> Procfile = new() { ["web"] = "python server.py", ["worker"] = "python work.py" };

    [Theory]
    [InlineData("bash", "bash")]
    [InlineData("worker", "python work.py")]
    [InlineData("worker --once", "python work.py --once")]
    [InlineData("worker ; echo \"\uFFFF heroku-command-exit-status: $?\"", "python work.py ; echo \"\uFFFF heroku-command-exit-status: $?\"")]
    [InlineData("workers", "workers")]
    [InlineData("echo worker", "echo worker")]
    public void A_line_that_begins_with_a_process_type_runs_that(string asked, string run)
    {
        var json = new JsonObject { ["command"] = asked };
        Assert.True(HerokuCommand.Is(json));
        HerokuCommand.Translate(json, Procfile);
        Assert.Equal(["/bin/sh", "-c", run], json["command"]!.AsArray().Select(word => word!.GetValue<string>()));
    }

    [Fact]
    public void The_size_of_the_terminal_is_among_the_variables()
    {
        var json = JsonNode.Parse("""{"command":"bash","env":{"TERM":"xterm","COLUMNS":120,"LINES":40}}""")!.AsObject();
        Assert.Equal(new TerminalSize(120, 40), HerokuCommand.Terminal(json));
        HerokuCommand.Translate(json, Procfile);
        Assert.Equal("120", json["env"]!["COLUMNS"]!.GetValue<string>());
        Assert.Equal(new TerminalSize(80, 24), HerokuCommand.Terminal(new JsonObject()));
        Assert.Null(HerokuCommand.Terminal(new JsonObject { ["force_no_tty"] = true }));
        Assert.Equal(new TerminalSize(80, 24), HerokuCommand.Terminal(JsonNode.Parse("""{"env":{"COLUMNS":-1,"LINES":"many"}}""")!.AsObject()));
    }

    [Fact]
    public async Task All_output_comes_and_the_connection_ends_with_the_command()
    {
        await using var ends = await Ends.ConnectAsync(hasTerminal: true);
        await ends.Command.WriteAsync(FrameType.Stdout, "out "u8.ToArray(), CancellationToken.None);
        await ends.Command.WriteAsync(FrameType.Stderr, "and err"u8.ToArray(), CancellationToken.None);
        await ends.Command.WriteAsync(FrameType.Exit, "{}"u8.ToArray(), CancellationToken.None);
        await ends.Bridge.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal("out and err", await ends.ReadAllAsync());
    }

    [Fact]
    public async Task Without_a_terminal_the_key_for_the_end_is_the_end_only_where_nothing_follows()
    {
        await using var ends = await Ends.ConnectAsync(hasTerminal: false);
        await ends.Client.SendAsync("a\u0004b\u0004"u8.ToArray());
        await Task.Delay(20);
        await ends.Client.SendAsync("c\u0004"u8.ToArray());
        var input = new StringBuilder();
        while (await ends.Command.ReadAsync(CancellationToken.None) is { } frame)
        {
            if (frame.Payload.Length == 0) break;
            input.Append(Encoding.ASCII.GetString(frame.Payload.Span));
        }

        Assert.Equal("a\u0004b\u0004c", input.ToString());
    }

    [Fact]
    public async Task On_a_terminal_every_key_is_the_terminals()
    {
        await using var ends = await Ends.ConnectAsync(hasTerminal: true);
        await ends.Client.SendAsync("\u0003\u0004"u8.ToArray());
        var frame = await ends.Command.ReadAsync(CancellationToken.None);
        Assert.Equal("\u0003\u0004"u8.ToArray(), frame!.Value.Payload.ToArray());
    }

    /// <summary>A client's socket and a command's frames, bridged.</summary>
    private sealed class Ends : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private Stream _server = Stream.Null;
        private FrameStream? _frames;

        public Socket Client { get; } = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

        public FrameStream Command { get; private set; } = null!;

        public Task Bridge { get; private set; } = Task.CompletedTask;

        public static async Task<Ends> ConnectAsync(bool hasTerminal)
        {
            var ends = new Ends();
            using var folder = new TemporaryFolder();
            var (client, server) = await PairAsync(Path.Combine(folder.Path, "a.sock"), ends.Client);
            _ = client;
            ends._server = new NetworkStream(server, ownsSocket: true);
            var commandSide = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            var (_, runnerSide) = await PairAsync(Path.Combine(folder.Path, "b.sock"), commandSide);
            ends.Command = new FrameStream(new NetworkStream(commandSide, ownsSocket: true));
            ends._frames = new FrameStream(new NetworkStream(runnerSide, ownsSocket: true));
            ends.Bridge = ByteBridge.RunAsync(ends._server, ends._frames, hasTerminal, TimeProvider.System, ends._stop.Token);
            return ends;
        }

        public async Task<string> ReadAllAsync()
        {
            await _server.DisposeAsync();
            using var reader = new StreamReader(new NetworkStream(Client));
            return await reader.ReadToEndAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await Bridge;
            Client.Dispose();
            await _server.DisposeAsync();
            await Command.DisposeAsync();
            if (_frames is not null) await _frames.DisposeAsync();
            _stop.Dispose();
        }

        private static async Task<(Socket, Socket)> PairAsync(string path, Socket client)
        {
            using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            listener.Bind(new UnixDomainSocketEndPoint(path));
            listener.Listen();
            var accepting = listener.AcceptAsync();
            await client.ConnectAsync(new UnixDomainSocketEndPoint(path));
            return (client, await accepting);
        }
    }
}
