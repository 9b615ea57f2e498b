using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Logs;
using Slipway.Control.Drains;
using Slipway.Control.Logs;
using Slipway.Control.Remotes;

namespace Slipway.Control.Tests.Drains;

/// <summary>Drains to real receivers on this machine, which tests allow as an admin would.</summary>
public sealed class DrainTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly TemporaryFolder _folder = new();
    private readonly TestStore _store = new();
    private readonly List<SourcedLine> _overflowed = [];

    public DrainTests()
    {
        using var store = _store.CreateDbContext();
        store.Settings.Add(new Slipway.Control.Store.SettingRow { Key = "private-sources", Value = "allow" });
        store.SaveChanges();
    }

    public void Dispose()
    {
        _folder.Dispose();
        _store.Dispose();
    }

    [Theory]
    [InlineData("app", "web.1", "hello", "70 <190>1 2026-01-01T00:00:00.000000+00:00 d.token app web.1 - hello\n")]
    [InlineData("heroku", "router", "at=info", "76 <158>1 2026-01-01T00:00:00.000000+00:00 d.token heroku router - at=info\n")]
    [InlineData("app", "api", "é", "68 <45>1 2026-01-01T00:00:00.000000+00:00 d.token app api - é\n")]
    public void A_line_is_framed_by_its_length_in_bytes(string source, string origin, string text, string frame)
    {
        var written = new ArrayBufferWriter<byte>();
        DrainFrame.Write(new SourcedLine(Start, source, origin, text), "d.token", written);
        var shown = Encoding.UTF8.GetString(written.WrittenSpan);
        var length = int.Parse(shown[..shown.IndexOf(' ')], System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(written.WrittenCount - shown.IndexOf(' ') - 1, length);
        Assert.Equal(frame[frame.IndexOf('<')..], shown[shown.IndexOf('<')..]);
    }

    [Theory]
    [InlineData("ftp://example.org/")]
    [InlineData("syslog://")]
    [InlineData("logs.example.org:514")]
    [InlineData("https://example.org/#part")]
    [InlineData("")]
    [InlineData(null)]
    public void What_logs_cannot_be_sent_to_is_refused(string? url) =>
        Assert.Equal("invalid_drain_url", Assert.Throws<SlipwayException>(() => DrainUrl.Parse(url)).Error.Id);

    [Fact]
    public async Task Over_HTTPS_a_batch_has_the_headers_of_Logplex()
    {
        using var listener = new HttpListener();
        var port = FreePort();
        listener.Prefixes.Add($"http://127.0.0.1:{port}/");
        listener.Start();
        await using var sink = new HttpSink(DrainUrl.Parse($"http://ada:secret@127.0.0.1:{port}/logs"), "d.token", Outbound());
        var sending = sink.SendAsync([new SourcedLine(Start, "app", "web.1", "one"), new SourcedLine(Start, "app", "web.1", "two")], CancellationToken.None);
        var context = await listener.GetContextAsync();
        var body = await new StreamReader(context.Request.InputStream).ReadToEndAsync();
        Assert.Equal("POST", context.Request.HttpMethod);
        Assert.Equal("application/logplex-1", context.Request.ContentType);
        Assert.Equal("2", context.Request.Headers["Logplex-Msg-Count"]);
        Assert.Equal("d.token", context.Request.Headers["Logplex-Drain-Token"]);
        Assert.NotEmpty(context.Request.Headers["Logplex-Frame-Id"]!);
        Assert.Equal("Basic " + Convert.ToBase64String("ada:secret"u8), context.Request.Headers["Authorization"]);
        Assert.Equal(2, body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains(" host app web.1 - one\n", body);
        context.Response.StatusCode = 204;
        context.Response.Close();
        await sending;
    }

    [Fact]
    public async Task A_receiver_that_was_away_gets_every_line_in_order_when_it_is_back()
    {
        var port = FreePort();
        var time = new MovableTime();
        await using var sink = new SyslogSink(DrainUrl.Parse($"syslog://127.0.0.1:{port}"), "d.token", Outbound());
        var drain = Drain(sink, time);
        drain.Begin();
        Write(0, 10);
        await drain.PumpAsync(CancellationToken.None);
        Assert.NotNull(drain.Trouble);

        using var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
        Write(10, 10);
        await drain.PumpAsync(CancellationToken.None); // not yet: the failure was just now
        Assert.NotNull(drain.Trouble);
        time.Advance(TimeSpan.FromMinutes(2));
        var accepting = listener.AcceptTcpClientAsync();
        await drain.PumpAsync(CancellationToken.None);
        Assert.Null(drain.Trouble);
        Assert.Equal(Start.AddSeconds(19), drain.DeliveredUntil);
        using var client = await accepting;
        var reader = new StreamReader(client.GetStream());
        for (var number = 0; number < 20; number++) Assert.EndsWith($" - line {number}", await reader.ReadLineAsync());
    }

    [Fact]
    public async Task Who_is_away_for_too_long_is_told_how_much_was_dropped()
    {
        var time = new MovableTime();
        var sink = new SwitchedSink { Works = false };
        var drain = Drain(sink, time);
        drain.Begin();
        Write(0, Control.Drains.Drain.MostKept + 3);
        await drain.PumpAsync(CancellationToken.None);
        Assert.Contains("Error L10 (output buffer overflow): 3 messages dropped since", Assert.Single(_overflowed).Text);

        sink.Works = true;
        time.Advance(TimeSpan.FromMinutes(2));
        await drain.PumpAsync(CancellationToken.None);
        Assert.StartsWith("Error L10 (output buffer overflow): 3 messages dropped since", sink.Taken[0].Text);
        Assert.Equal(Enumerable.Range(3, Control.Drains.Drain.MostKept).Select(number => $"line {number}"), sink.Taken.Skip(1).Select(line => line.Text));
    }

    [Fact]
    public async Task A_receiver_in_the_servers_own_network_is_not_connected_to_unless_an_admin_allows_it()
    {
        using (var store = _store.CreateDbContext())
        {
            store.Settings.RemoveRange(store.Settings);
            await store.SaveChangesAsync(TestContext.Current.CancellationToken);
        }

        await using var sink = new SyslogSink(DrainUrl.Parse("syslog://127.0.0.1:514"), "d.token", Outbound());
        var refused = await Assert.ThrowsAsync<SlipwayException>(() => sink.SendAsync([new SourcedLine(Start, "app", "web.1", "one")], CancellationToken.None));
        Assert.Equal("source_url_private", refused.Error.Id);
    }

    private Outbound Outbound() => new(_store);

    private Drain Drain(IDrainSink sink, TimeProvider time) => new(new LogFolder(_folder.Path, new LogFilter(null, null, DateTimeOffset.MinValue)), sink, time, _overflowed.Add);

    private void Write(int first, int count) => File.AppendAllLines(
        Path.Combine(_folder.Path, "web.1.web-aaa.log"),
        Enumerable.Range(first, count).Select(number => new LogLine(Start.AddSeconds(number), "stdout", false, $"line {number}").ToString()));

    private static int FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }

    private sealed class MovableTime : TimeProvider
    {
        private DateTimeOffset _now = Start;

        public override DateTimeOffset GetUtcNow() => _now;

        public void Advance(TimeSpan by) => _now += by;
    }

    private sealed class SwitchedSink : IDrainSink
    {
        public bool Works { get; set; }

        public List<SourcedLine> Taken { get; } = [];

        public Task SendAsync(IReadOnlyList<SourcedLine> lines, CancellationToken cancel)
        {
            if (!Works) throw new IOException("away");
            Taken.AddRange(lines);
            return Task.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
