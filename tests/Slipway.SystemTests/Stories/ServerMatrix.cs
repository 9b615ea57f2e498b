using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Slipway.SystemTests.Server;
using Slipway.SystemTests.Sites;

namespace Slipway.SystemTests.Stories;

/// <summary>
/// Every framework on every server that speaks its language: chosen by one line in slipway.toml, and found without any.
/// The apps lie in Sites/matrix and know nothing of servers. One app of each stays from server to server, and those of
/// one language list the same requirements, so that what is installed for a server is installed once.
/// </summary>
public sealed class ServerMatrix(Platform platform, ServerMatrix.Apps apps) : IClassFixture<ServerMatrix.Apps>
{
    private static readonly string[] WsgiApps = ["bare", "bottle", "flask", "pyramid", "django"];
    private static readonly string[] WsgiServers = ["gunicorn", "uwsgi", "mod_wsgi", "waitress"];
    private static readonly string[] AsgiApps = ["channels", "fastapi", "starlette"];
    private static readonly string[] AsgiServers = ["uvicorn", "daphne", "hypercorn"];

    public static TheoryData<string, string> All =>
    [
        .. from server in WsgiServers from app in WsgiApps select (app, server),
        .. from server in AsgiServers from app in AsgiApps select (app, server),
    ];

    public static TheoryData<string, string> Unasked =>
        [.. WsgiApps.Select(app => (app, "gunicorn")), .. AsgiApps.Select(app => (app, "uvicorn"))];

    [Theory]
    [MemberData(nameof(All))]
    public async Task One_line_chooses_the_server(string app, string server)
    {
        await apps.DeployAsync(platform, app, $"server = \"{server}\"\n");
        using var site = platform.Site("matrix-" + app);
        Assert.Equal(app, await site.TextAsync());
        Assert.Equal($"127.0.0.1 http {site.Url.Authority}", await site.TextAsync("/who"));
        using (var counted = await site.PostAsync("/count", new byte[100_000]))
            Assert.Equal("100000", await counted.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        if (AsgiApps.Contains(app)) Assert.Equal("hello", await ChatAsync(site, "hello"));

        var explained = await apps.ExplainAsync(platform, app);
        Assert.Contains($"server {server} slipway.toml:1", explained, StringComparison.Ordinal);

        await EndsItsRequestsAsync(app, site);
        var log = (await platform.Cli.RunAsync("logs", "--app", "matrix-" + app, "--source", "app", "-n", "200")).MustSucceed().Output;
        Assert.DoesNotContain("/who", log, StringComparison.Ordinal); // the edge's access log has it, once
    }

    [Theory]
    [MemberData(nameof(Unasked))]
    public async Task Without_a_line_the_usual_server_is_found(string app, string server)
    {
        await apps.DeployAsync(platform, app, null);
        using var site = platform.Site("matrix-" + app);
        Assert.Equal(app, await site.TextAsync());
        Assert.Contains($"server {server} found:", await apps.ExplainAsync(platform, app), StringComparison.Ordinal);
    }

    /// <summary>TERM while a request runs: the request gets its whole answer, then the instance ends, well within its grace.</summary>
    private async Task EndsItsRequestsAsync(string app, Site site)
    {
        // The instance of the release before may still be ending.
        IReadOnlyList<int> inits = [];
        await Eventually.TrueAsync(() => (inits = Daemons.InstancesOf("matrix-" + app, "web.1")).Count == 1, TimeSpan.FromSeconds(40), () => $"{inits.Count} instances of {app}");
        var init = inits[0];
        var slow = site.TextAsync("/slow");
        await Task.Delay(TimeSpan.FromMilliseconds(700), TestContext.Current.CancellationToken);
        Daemons.Terminate(init);
        Assert.Equal("done", await slow);
        await Eventually.TrueAsync(() => !Directory.Exists($"/proc/{init}"), TimeSpan.FromSeconds(8), () => $"{app}'s web.1 did not end");
    }

    private static async Task<string> ChatAsync(Site site, string text)
    {
        using var socket = new ClientWebSocket();
        using var handler = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancel) =>
            {
                var connection = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                await connection.ConnectAsync(IPAddress.Loopback, site.Url.Port, cancel);
                return new NetworkStream(connection, ownsSocket: true);
            },
        });
        var cancel = TestContext.Current.CancellationToken;
        await socket.ConnectAsync(new UriBuilder(site.Url) { Scheme = "ws", Path = "/chat" }.Uri, handler, cancel);
        await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, cancel);
        var buffer = new byte[1024];
        var received = await socket.ReceiveAsync(buffer, cancel);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, cancel);
        return Encoding.UTF8.GetString(buffer, 0, received.Count);
    }

    /// <summary>The apps' folders, and their deploys; destroyed at the end.</summary>
    public sealed class Apps : IAsyncDisposable
    {
        private readonly Dictionary<string, Folder> _folders = [];
        private Platform? _platform;

        internal async Task DeployAsync(Platform platform, string app, string? manifest)
        {
            _platform = platform;
            if (!_folders.TryGetValue(app, out var folder)) _folders[app] = folder = await Folder.CopyOfAsync(System.IO.Path.Combine("tests", "Slipway.SystemTests", "Sites", "matrix", app));
            if (manifest is not null) folder.Write("slipway.toml", manifest);
            else File.Delete(System.IO.Path.Combine(folder.Path, "slipway.toml"));
            (await platform.Cli.In(folder.Path).RunAsync("deploy", "--app", "matrix-" + app)).MustSucceed();
        }

        /// <summary>One line a value: key, value, origin.</summary>
        internal async Task<string> ExplainAsync(Platform platform, string app)
        {
            var json = (await platform.Cli.RunAsync("explain", "--app", "matrix-" + app, "--json")).MustSucceed().Output;
            var values = System.Text.Json.JsonSerializer.Deserialize(json, Contracts.ContractsJson.Default.IReadOnlyListExplainedValue)!;
            return string.Join('\n', values.Select(value => $"{value.Key} {value.Value} {value.Origin}"));
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var (app, folder) in _folders)
            {
                await _platform!.Cli.RunAsync("destroy", "--app", "matrix-" + app, "--confirm", "matrix-" + app);
                folder.Dispose();
            }
        }
    }
}
