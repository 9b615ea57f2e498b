using System.Net;
using System.Net.Sockets;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Control.Instances;

namespace Slipway.Control.Tests.Instances;

/// <summary>The probe against real listeners.</summary>
public sealed class ProbeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static readonly Probe Impatient = new()
    {
        BootTimeout = TimeSpan.FromSeconds(3), ErrorPatience = TimeSpan.FromMilliseconds(300), StrayPatience = TimeSpan.FromMilliseconds(1),
    };

    private InstanceStatus Instance(string? address = null, int? pid = null) => new()
    {
        Id = InstanceId.Parse("blog-000000-abc"), App = AppName.Parse("blog"), Name = "web.1", Kind = InstanceKind.Process, Release = 1,
        State = InstanceState.Running, CreatedAt = DateTimeOffset.UtcNow, LogFile = "", SocketDirectory = _folder.Path, Address = address, Pid = pid,
    };

    private static Task<ProbeResult> AskAsync(InstanceStatus instance, HealthCheck? health = null) =>
        Impatient.RunAsync(instance, DomainName.Parse("blog.localhost"), InstanceSpecs.WebPort, health ?? HealthCheck.Default, Cancel);

    [Fact]
    public async Task It_waits_until_the_socket_is_there_and_asks_by_the_apps_own_name()
    {
        var probing = AskAsync(Instance());
        await Task.Delay(50, Cancel);
        using var listener = Listen(new UnixDomainSocketEndPoint(Path.Combine(_folder.Path, "web.sock")));
        var asked = AnswerAsync(listener, "HTTP/1.1 301 Moved\r\nLocation: https://blog.localhost/\r\nContent-Length: 0\r\n\r\n");
        var result = await probing;
        Assert.Equal("unix:" + Path.Combine(_folder.Path, "web.sock"), result.Backend?.Address);
        Assert.Contains("Host: blog.localhost\r\n", await asked);
        Assert.Contains("X-Forwarded-Proto: http\r\n", await asked);
    }

    [Fact]
    public async Task Who_sends_to_https_what_came_over_https_is_told_so()
    {
        var probing = AskAsync(Instance());
        using var listener = Listen(new UnixDomainSocketEndPoint(Path.Combine(_folder.Path, "web.sock")));
        const string answer = "HTTP/1.1 301 Moved\r\nLocation: https://blog.localhost/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        await AnswerAsync(listener, answer);
        Assert.Contains("X-Forwarded-Proto: https\r\n", await AnswerAsync(listener, answer));
        Assert.Equal("redirect_loop", (await probing).Error?.Id);
    }

    [Fact]
    public async Task A_port_does_as_well()
    {
        using var listener = Listen(new IPEndPoint(IPAddress.Parse("127.0.0.77"), InstanceSpecs.WebPort));
        _ = AnswerAsync(listener, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
        Assert.Equal("tcp:127.0.0.77:5000", (await AskAsync(Instance("127.0.0.77"))).Backend?.Address);
    }

    [Fact]
    public async Task A_health_check_of_ones_own_is_asked_for_by_its_path_and_must_be_there()
    {
        using var listener = Listen(new UnixDomainSocketEndPoint(Path.Combine(_folder.Path, "web.sock")));
        var answering = Task.Run(async () =>
        {
            while (true) await AnswerAsync(listener, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
        }, Cancel);
        var error = (await AskAsync(Instance(), new HealthCheck("/up?deep=1", null, Chosen: true))).Error!;
        Assert.Equal("app_answers_with_error", error.Id);
        Assert.Contains("/up?deep=1", error.Message);
        Assert.Contains("health.path in slipway.toml", error.Next);
    }

    [Fact]
    public async Task A_connection_that_breaks_is_tried_again()
    {
        using var listener = Listen(new UnixDomainSocketEndPoint(Path.Combine(_folder.Path, "web.sock")));
        _ = Task.Run(async () =>
        {
            for (var i = 0; i < 4; i++) (await listener.AcceptAsync(Cancel)).Dispose();
            await AnswerAsync(listener, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        }, Cancel);
        Assert.NotNull((await AskAsync(Instance())).Backend);
    }

    [Theory]
    [InlineData("", "<title>Page not found at {0}</title>\n  <meta name=\"robots\" content=\"NONE,NOARCHIVE\">", false, "debug_left_on")]
    [InlineData("", "<title>Page not found at {0}</title>\n  <meta name=\"robots\" content=\"NONE,NOARCHIVE\">", true, null)]
    [InlineData("X-Debug-Exception: No%20route%20found\r\n", "", false, "debug_left_on")]
    [InlineData("", "<title>Page not found at {0}</title>", false, null)]
    public async Task Who_shows_errors_to_everybody_is_not_fit_unless_that_is_asked_for(string header, string body, bool isAskedFor, string? error)
    {
        using var listener = Listen(new UnixDomainSocketEndPoint(Path.Combine(_folder.Path, "web.sock")));
        var answering = Task.Run(async () =>
        {
            await AnswerAsync(listener, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            var text = body.Replace("{0}", "/slipway-asks-for-a-page-that-is-not-there", StringComparison.Ordinal);
            return isAskedFor ? "" : await AnswerAsync(listener, $"HTTP/1.1 404 Not Found\r\n{header}Content-Length: {text.Length}\r\nConnection: close\r\n\r\n{text}");
        }, Cancel);
        var result = await AskAsync(Instance(), HealthCheck.Default with { MayShowErrors = isAskedFor });
        Assert.Equal((error, error is null), (result.Error?.Id, result.Backend is not null));
        await answering;
    }

    [Fact]
    public async Task Silence_is_told_as_silence()
    {
        var error = (await AskAsync(Instance())).Error!;
        Assert.Equal("boot_timeout", error.Id);
        Assert.Contains("Nothing listens", error.Why);
    }

    [Fact]
    public async Task Who_listens_in_the_wrong_place_is_told_where()
    {
        using var listener = Listen(new IPEndPoint(IPAddress.Loopback, 0));
        var error = (await AskAsync(Instance(pid: Environment.ProcessId))).Error!;
        Assert.Equal("listens_elsewhere", error.Id);
        Assert.Contains($"{listener.LocalEndPoint}", error.Message);
    }

    [Fact]
    public void The_kernels_table_is_read()
    {
        string[] table =
        [
            "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
            "   0: 0100007F:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0",
            "   1: 0153570A:C350 0253570A:0050 01 00000000:00000000 00:00000000 00000000     0        0 2 1 0",
            "   2: 00000000000000000000000000000000:1388 00000000000000000000000000000000:0000 0A 0:0 0:0 0 0 0 3 1 0",
        ];
        var all = Sockets.Parse(table).ToList();
        Assert.Equal(["127.0.0.1:8000", "[::]:5000"], all.Select(one => one.ToString()));
        Assert.Empty(Sockets.Stray(all, 5000));
        Assert.Equal(all[..1], Sockets.Stray(all[..1], 5000));
        Assert.Equal("127.0.0.1:5000", Assert.Single(Sockets.Stray([IPEndPoint.Parse("127.0.0.1:5000")], 5000)).ToString());
    }

    private static Socket Listen(EndPoint at)
    {
        var socket = new Socket(at.AddressFamily, SocketType.Stream, at is IPEndPoint ? ProtocolType.Tcp : ProtocolType.Unspecified);
        socket.Bind(at);
        socket.Listen();
        return socket;
    }

    /// <summary>Answers the first client that says something; returns what it said.</summary>
    private static async Task<string> AnswerAsync(Socket listener, string answer)
    {
        var buffer = new byte[4096];
        while (true)
        {
            using var client = await listener.AcceptAsync(Cancel);
            var got = await client.ReceiveAsync(buffer, Cancel);
            if (got == 0) continue;
            await client.SendAsync(System.Text.Encoding.ASCII.GetBytes(answer), Cancel);
            return System.Text.Encoding.ASCII.GetString(buffer, 0, got);
        }
    }
}
