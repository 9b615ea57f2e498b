using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Slipway.Contracts.Server;
using Slipway.Edge.AccessLog;
using Slipway.Edge.Admin;
using Slipway.Edge.Forwarding;
using Slipway.Edge.Requests;
using Slipway.Edge.Routing;
using Slipway.Edge.StaticFiles;
using Slipway.Edge.Tls;
using Slipway.Edge.Traffic;
using Yarp.ReverseProxy.Forwarder;

namespace Slipway.Edge.Worker;

/// <summary>
/// The HTTP server of one worker, put together by hand: the server itself, the forwarder, and nothing of a web host,
/// whose configuration, logging and middleware the edge would pay for and not use.
/// </summary>
internal sealed class WorkerServer : IAsyncDisposable
{
    private const long ContentInMemory = 16 << 20;

    private static readonly TimeSpan QuietLimit = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan QuietAfter = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan FollowEvery = TimeSpan.FromSeconds(1);

    private readonly SharedListenerFactory _transport = new();
    private readonly Retirement _retirement = new();
    private readonly OtherWorkers _others;
    private readonly WorkerCounters _counters = new();
    private readonly CurrentRoutes _routes;
    private readonly TlsConnections _tls;
    private readonly RouterLog _log;
    private readonly KestrelServer _server;
    private readonly ServiceProvider _services;
    private readonly EdgeApplication _application;
    private readonly Action<string> _complain;
    private readonly Socket _ownSocket;

    /// <param name="listeners">File descriptors of listening sockets: TCP for the public, Unix for the admin API.</param>
    public WorkerServer(ServerConfig config, IReadOnlyList<int> listeners, ILoggerFactory loggers, Action<string> complain)
    {
        _complain = complain;
        _others = new OtherWorkers(config);
        _log = new RouterLog(config, TimeProvider.System, complain);
        var backends = new BackendRegistry();
        var folders = new StaticFolders(new ContentCache(ContentInMemory), new CompressedFiles(config, complain), complain);
        var certificates = new CertificateFolder(config);
        var shelf = new CertificateShelf(certificates, complain);
        _routes = new CurrentRoutes(config, new RouteTableBuilder(config, backends, folders, shelf, _counters), new RevisionFile(config), backends, folders, certificates, shelf, _counters);
        _tls = new TlsConnections(config, _retirement, () => _routes.Table);

        var provider = _services = KestrelServices.AddTo(new ServiceCollection()).AddSingleton(loggers).AddSingleton(typeof(ILogger<>), typeof(Logger<>)).AddHttpForwarder().BuildServiceProvider();
        var forwarder = new Forwarder(provider.GetRequiredService<IHttpForwarder>(), () => _routes.Table);
        var admin = new AdminApi(_routes, backends, certificates, _counters, _others, _log, _retirement);
        _application = new EdgeApplication(config, _routes, forwarder, admin, _log, VerifyToken.LoadOrCreate(config), _retirement, complain);

        _ownSocket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _ownSocket.Bind(new UnixDomainSocketEndPoint(_others.OwnSocket));
        _ownSocket.Listen();
        var options = KestrelOptions();
        foreach (var fd in (int[])[.. listeners, (int)_ownSocket.Handle])
            options.ListenHandle((ulong)fd, PortOf(fd) == config.HttpsPort ? _tls.Configure : listen => listen.Protocols = HttpProtocols.Http1);
        _server = new KestrelServer(Options.Create(options), _transport, loggers);
    }

    /// <summary>Ready to serve: routes loaded, listeners made, nothing accepted yet.</summary>
    public async Task PrepareAsync()
    {
        _routes.LoadLastGood(_complain);
        _log.Start();
        await _server.StartAsync(_application, CancellationToken.None);
        _ = GiveMemoryBackAsync();
    }

    /// <summary>Takes requests, beginning with what another worker may have published since <see cref="PrepareAsync"/>.</summary>
    public void Serve()
    {
        _routes.LoadLastGood(_complain);
        foreach (var listener in _transport.Listeners) listener.Open();
    }

    /// <summary>Takes no more revisions; those under way are finished. Serves on otherwise.</summary>
    public async Task QuietAsync()
    {
        var admin = _transport.Listeners.Where(l => l.IsAdmin && !IsOwn(l)).ToArray();
        foreach (var listener in admin) listener.Close();
        var since = Stopwatch.GetTimestamp();
        // A revision takes milliseconds; who has connected and says nothing for longer has none to send.
        while (admin.Any(l => l.OpenConnections > 0) && Stopwatch.GetElapsedTime(since) < QuietLimit) await Task.Delay(LookEvery);
    }

    /// <summary>
    /// Accepts nothing more and finishes what it has. A busy connection ends with an answer that says so; an idle one
    /// is left open for a moment, so that no request is on its way to a connection just as that closes.
    /// </summary>
    public async Task RetireAsync(Farewell farewell)
    {
        _retirement.Announce();
        foreach (var listener in _transport.Listeners.Where(l => !IsOwn(l))) listener.Close();
        _tls.Retire();
        using var deadline = new CancellationTokenSource(farewell.Limit);
        using var ended = new CancellationTokenSource();
        var following = FollowAsync(ended.Token);
        try
        {
            await Task.Delay(farewell.IdleGrace, deadline.Token);
            while (_retirement.InFlight > 0) await Task.Delay(LookEvery, deadline.Token);
        }
        catch (OperationCanceledException)
        {
            _complain($"{_retirement.InFlight} requests were still running after {farewell.Limit.TotalSeconds:0} s and are cut off.");
        }

        await _server.StopAsync(deadline.Token);
        _others.Leave(_counters.Read(), _complain);
        await ended.CancelAsync();
        await following;
    }

    /// <summary>Revisions go to the next worker now, and are on disk; a request here may wait for one that tells of its app's first instance.</summary>
    private async Task FollowAsync(CancellationToken ended)
    {
        while (!ended.IsCancellationRequested)
        {
            _routes.LoadLastGood(_complain);
            await Task.Delay(FollowEvery, ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _log.DisposeAsync();
        _server.Dispose();
        _transport.Dispose();
        _ownSocket.Dispose();
        await _services.DisposeAsync();
        File.Delete(_others.OwnSocket);
    }

    /// <summary>
    /// The collector runs when memory is asked for, so after a busy hour it would keep all of it through a quiet night.
    /// Once nothing was asked for a while, it is told to hand back what it holds.
    /// </summary>
    private async Task GiveMemoryBackAsync()
    {
        using var timer = new PeriodicTimer(QuietAfter);
        var (seen, cleaned) = (0L, 0L);
        while (!_retirement.HasBegun && await timer.WaitForNextTickAsync())
        {
            var begun = _retirement.Begun;
            if (begun == seen && begun != cleaned)
            {
                GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                cleaned = begun;
            }

            seen = begun;
        }
    }

    private bool IsOwn(SharedListener listener) => listener.EndPoint.ToString() == _others.OwnSocket;

    /// <returns>Null for a Unix socket.</returns>
    private static int? PortOf(int fd)
    {
        using var socket = new Socket(new SafeSocketHandle(fd, ownsHandle: false));
        return (socket.LocalEndPoint as IPEndPoint)?.Port;
    }

    private KestrelServerOptions KestrelOptions()
    {
        var options = new KestrelServerOptions
        {
            ApplicationServices = _services, // where its TLS looks for its parts
            AddServerHeader = false,
            // Bytes in, bytes out; see BackendClient.
            RequestHeaderEncodingSelector = static _ => System.Text.Encoding.Latin1,
            ResponseHeaderEncodingSelector = static _ => System.Text.Encoding.Latin1,
        };
        options.Limits.MaxConcurrentConnections = 16_384;
        options.Limits.MaxRequestBodySize = null; // each route has its own
        options.Limits.MaxRequestHeadersTotalSize = 64 << 10;
        options.Limits.MaxRequestLineSize = 16 << 10;
        options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(20);
        options.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(75);
        options.Limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 100, gracePeriod: TimeSpan.FromSeconds(20));
        options.Limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 100, gracePeriod: TimeSpan.FromSeconds(20));
        return options;
    }
}
