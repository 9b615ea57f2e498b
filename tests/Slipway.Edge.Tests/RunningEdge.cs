using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Slipway.Contracts;
using Slipway.Contracts.Names;
using Slipway.Contracts.Routing;
using Slipway.Contracts.Server;

namespace Slipway.Edge.Tests;

/// <summary>
/// The real slipway-edge, running from a folder and on a port of its own. <c>SLIPWAY_EDGE</c> names another build of it
/// (the published one) to test instead of the one built beside the tests.
/// </summary>
internal sealed class RunningEdge : IAsyncDisposable
{
    private static readonly string Program = Environment.GetEnvironmentVariable("SLIPWAY_EDGE") ?? Path.Combine(AppContext.BaseDirectory, "slipway-edge");

    private readonly string _root = Directory.CreateTempSubdirectory("slw-edge-").FullName;
    private readonly List<Process> _masters = [];
    private readonly StringBuilder _log = new();
    private readonly string _configPath;

    private RunningEdge()
    {
        Config = new ServerConfig
        {
            Name = "slw-edge-test",
            Home = Path.Combine(_root, "lib"),
            Run = Path.Combine(_root, "run"),
            HttpPort = FreePort(),
            HttpsPort = FreePort(),
            ListenAddresses = ["127.0.0.1"],
            EdgeUser = Environment.UserName,
            Group = Environment.UserName,
        };
        _configPath = Path.Combine(_root, "server.json");
        File.WriteAllText(_configPath, JsonSerializer.Serialize(Config, ContractsJson.Default.ServerConfig));
        Directory.CreateDirectory(Config.InstanceSocketsDirectory);
        Directory.CreateDirectory(Config.LayersDirectory);
        Directory.CreateDirectory(Config.VolumesDirectory);
        Client = NewClient();
        Admin = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectAdminAsync }) { BaseAddress = new Uri("http://edge") };
    }

    public ServerConfig Config { get; }

    /// <summary>To the public port; the host of a request's URL is only its Host header.</summary>
    public HttpClient Client { get; }

    public HttpClient Admin { get; }

    public string Log
    {
        get
        {
            lock (_log) return _log.ToString();
        }
    }

    public int MasterPid => _masters[^1].Id;

    public static async Task<RunningEdge> StartAsync(Action<ServerConfig>? before = null)
    {
        var edge = new RunningEdge();
        before?.Invoke(edge.Config);
        await edge.StartMasterAsync();
        return edge;
    }

    public HttpClient NewClient() => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellation) => await ConnectAsync(cancellation),
        AllowAutoRedirect = false,
        UseCookies = false,
        ActivityHeadersPropagator = null,
    });

    public async Task<NetworkStream> ConnectAsync(CancellationToken cancellation = default)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, Config.HttpPort, cancellation);
        return new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>To the HTTPS port, trusting only the given authority.</summary>
    public async Task<SslStream> ConnectTlsAsync(string host, X509Certificate2 authority, Action<SslClientAuthenticationOptions>? with = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, Config.HttpsPort);
        var options = TlsOptions(authority);
        options.TargetHost = host;
        with?.Invoke(options);
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await tls.AuthenticateAsClientAsync(options);
        return tls;
    }

    /// <summary>To the HTTPS port, whatever the host of a request's URL is; trusting only the given authority.</summary>
    public HttpClient NewTlsClient(X509Certificate2 authority) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellation) =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, Config.HttpsPort, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        },
        SslOptions = TlsOptions(authority),
        AllowAutoRedirect = false,
        UseCookies = false,
        ActivityHeadersPropagator = null,
    });

    private static SslClientAuthenticationOptions TlsOptions(X509Certificate2 authority) => new()
    {
        CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { authority }, RevocationMode = X509RevocationMode.NoCheck },
    };

    public async Task<(int Status, string Text)> PutCertificateAsync(CertificateFile file, string? id = null)
    {
        using var response = await Admin.PutAsync($"/certificates/{id ?? CertificateFile.IdOf(file.Chain)}", new StringContent(JsonSerializer.Serialize(file, ContractsJson.Default.CertificateFile)));
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Publishes routes and the certificates of hosts, having put these before; the first is the fallback.</summary>
    public async Task RouteAsync(Route[] routes, params (CertificateFile File, string Host)[] certificates)
    {
        foreach (var (file, _) in certificates)
        {
            var put = await PutCertificateAsync(file);
            Assert.True(put.Status == 204, put.Text);
        }

        var number = (await StatusAsync()).Revision.Number + 1;
        var (status, text) = await PutAsync(new RoutingRevision(number, DateTimeOffset.UtcNow, routes)
        {
            Certificates = [.. certificates.Select((one, i) => new RouteCertificate(CertificateFile.IdOf(one.File.Chain), [DomainName.Parse(one.Host)], IsFallback: i == 0))],
        });
        Assert.True(status == 200, text);
    }

    /// <summary>Sends bytes as they are, and reads until the edge closes or <paramref name="until"/> has come.</summary>
    public async Task<string> RawAsync(string request, string? until = null)
    {
        await using var stream = await ConnectAsync();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
        var answer = new StringBuilder();
        var buffer = new byte[16 << 10];
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        int count;
        while ((count = await stream.ReadAsync(buffer, limit.Token)) > 0)
        {
            answer.Append(Encoding.Latin1.GetString(buffer, 0, count));
            if (until is not null && answer.ToString().Contains(until)) break;
        }

        return answer.ToString();
    }

    /// <summary>Starts a master, also a further one after the last was killed, and waits until it serves.</summary>
    public async Task StartMasterAsync()
    {
        var start = new ProcessStartInfo(Program) { ArgumentList = { "--config", _configPath }, RedirectStandardError = true };
        var master = Process.Start(start)!;
        master.ErrorDataReceived += (_, line) =>
        {
            lock (_log) _log.AppendLine(line.Data);
        };
        master.BeginErrorReadLine();
        _masters.Add(master);
        await EventuallyAsync(async () => File.Exists(Config.EdgeSocket) && (await Admin.GetAsync("/health")).IsSuccessStatusCode, seconds: 60);
    }

    /// <summary>Runs the program once more with another configuration, for when it should refuse to start.</summary>
    public async Task<(int Status, string Error)> RunAsync(ServerConfig config)
    {
        var path = Path.Combine(_root, "other.json");
        await File.WriteAllTextAsync(path, JsonSerializer.Serialize(config, ContractsJson.Default.ServerConfig));
        using var process = Process.Start(new ProcessStartInfo(Program) { ArgumentList = { "--config", path }, RedirectStandardError = true })!;
        var error = await process.StandardError.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(20));
        await process.WaitForExitAsync();
        return (process.ExitCode, error);
    }

    public async Task<(int Status, string Text)> PutAsync(string json)
    {
        using var response = await Admin.PutAsync("/revision", new StringContent(json));
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public Task<(int Status, string Text)> PutAsync(RoutingRevision revision) => PutAsync(JsonSerializer.Serialize(revision, ContractsJson.Default.RoutingRevision));

    /// <summary>Publishes routes as the revision after the current one.</summary>
    public async Task RouteAsync(params Route[] routes)
    {
        var number = (await StatusAsync()).Revision.Number + 1;
        var (status, text) = await PutAsync(new RoutingRevision(number, DateTimeOffset.UtcNow, routes));
        Assert.True(status == 200, text);
    }

    public async Task<EdgeStatus> StatusAsync() =>
        JsonSerializer.Deserialize(await Admin.GetStringAsync("/revision"), ContractsJson.Default.EdgeStatus)!;

    public async Task<IReadOnlyList<BackendLoad>> LoadsAsync() =>
        JsonSerializer.Deserialize(await Admin.GetStringAsync("/backends"), ContractsJson.Default.IReadOnlyListBackendLoad)!;

    public async Task<int> WorkerPidAsync()
    {
        using var health = JsonDocument.Parse(await Admin.GetStringAsync("/health"));
        return health.RootElement.GetProperty("pid").GetInt32();
    }

    /// <summary>Address of a Unix socket on which an instance of this name may listen.</summary>
    public string SocketOf(string instance)
    {
        Directory.CreateDirectory(Path.Combine(Config.InstanceSocketsDirectory, instance));
        return Path.Combine(Config.InstanceSocketsDirectory, instance, "web.sock");
    }

    public Route RouteTo(string app, params string[] addresses) => new()
    {
        App = AppName.Parse(app),
        Release = 1,
        State = RouteState.Serving,
        Hosts = [DomainName.Parse(app + ".localhost")],
        Backends = [.. addresses.Select((address, i) => new Backend(InstanceId.Parse($"{app}-web-{i + 1}"), $"web.{i + 1}", address))],
    };

    public string RouterLog(string app)
    {
        var path = Path.Combine(Config.LogsDirectory, app, "router.log");
        return File.Exists(path) ? File.ReadAllText(path) : "";
    }

    public async Task<string> RouterLogAsync(string app, string containing)
    {
        await EventuallyAsync(() => Task.FromResult(RouterLog(app).Contains(containing)));
        return RouterLog(app);
    }

    public static async Task EventuallyAsync(Func<Task<bool>> holds, double seconds = 20)
    {
        var since = Stopwatch.GetTimestamp();
        Exception? last = null;
        while (Stopwatch.GetElapsedTime(since).TotalSeconds < seconds)
        {
            try
            {
                if (await holds()) return;
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                last = e;
            }

            await Task.Delay(20);
        }

        Assert.Fail($"It did not come true within {seconds} s. {last?.Message}");
    }

    public static int FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }

    public async ValueTask DisposeAsync()
    {
        int? worker = null;
        try
        {
            worker = await WorkerPidAsync();
        }
        catch (HttpRequestException)
        {
            // a test that ends with no edge running
        }

        foreach (var master in _masters) master.Kill();

        // Its workers stay, as they should; each has left a socket that names it.
        foreach (var socket in Directory.EnumerateFiles(Path.GetDirectoryName(Config.EdgeSocket)!, "worker-*.sock"))
        {
            var pid = int.Parse(Path.GetFileNameWithoutExtension(socket)["worker-".Length..]);
            KillIfRunning(pid);
        }

        if (worker is { } last) KillIfRunning(last);
        foreach (var master in _masters)
        {
            await master.WaitForExitAsync(); // and until nobody holds its stderr, which the workers share
            master.Dispose();
        }

        Client.Dispose();
        Admin.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    private static void KillIfRunning(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            if (process.ProcessName.StartsWith("slipway-edge", StringComparison.Ordinal)) process.Kill();
        }
        catch (ArgumentException)
        {
            // it has ended
        }
    }

    private async ValueTask<Stream> ConnectAdminAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Config.EdgeSocket), cancellation);
        return new NetworkStream(socket, ownsSocket: true);
    }
}
