using System.Net;
using Slipway.Contracts.Routing;
using Slipway.Contracts.Server;
using Slipway.Edge.Forwarding;
using Slipway.Edge.Sites;
using Slipway.Edge.StaticFiles;
using Slipway.Edge.Tls;
using Slipway.Edge.Traffic;
using Yarp.ReverseProxy.Forwarder;

namespace Slipway.Edge.Routing;

/// <summary>Makes a <see cref="RouteTable"/> aside, taking over from before what has not changed: connections, counters, indexes.</summary>
internal sealed class RouteTableBuilder(ServerConfig config, BackendRegistry backends, StaticFolders folders, CertificateShelf shelf, WorkerCounters counters)
{
    /// <summary>A stream on which nothing moves for this long is closed (Heroku's H15); the control plane's log streams may be silent longer.</summary>
    private static readonly TimeSpan AppIdle = TimeSpan.FromSeconds(55);

    private static readonly TimeSpan ControlIdle = TimeSpan.FromHours(1);

    private readonly AppRoute _control = new(
        App: null, ReleaseLabel: "", RouteState.Serving, new BackendGroup([backends.Control(config.ControlSocket)]), Mounts: [], Site: null, Headers: [],
        FirstByteTimeout: TimeSpan.FromMinutes(5), BootTimeout: TimeSpan.Zero, Forwarding(ControlIdle), MaxBodyBytes: null, RedirectsToHttps: false, Counters: null);

    public RouteTable Build(RoutingRevision revision)
    {
        var hosts = new Dictionary<string, AppRoute>(StringComparer.OrdinalIgnoreCase) { [config.ControlHost] = _control };
        foreach (var host in ServerConfig.LoopbackHosts) hosts[host] = _control;
        foreach (var route in revision.Routes)
        {
            var ready = Prepare(route);
            foreach (var host in route.Hosts) hosts[host.Value] = ready;
        }

        return new RouteTable(revision, hosts, shelf.TableOf(revision));
    }

    private AppRoute Prepare(Route route) => new(
        route.App.Value,
        $"v{route.Release}",
        route.State,
        new BackendGroup([.. route.Backends.Select(backends.For)]),
        [.. route.Static.OrderByDescending(m => m.Prefix.Length).Select(m => new StaticMountEntry(m.Prefix, folders.For(m)))],
        route.Site is { } site ? new Site(site, folders.For(site)) : null,
        [.. route.Headers.OrderBy(rule => rule.Prefix.Length)],
        TimeSpan.FromSeconds(route.TimeoutSeconds),
        TimeSpan.FromSeconds(route.BootTimeoutSeconds),
        Forwarding(TimeSpan.FromSeconds(Math.Max(route.TimeoutSeconds, AppIdle.TotalSeconds))),
        route.MaxBodyBytes,
        route.RedirectsToHttps && config.HttpsPort > 0,
        counters.For(route.App.Value));

    private static ForwarderRequestConfig Forwarding(TimeSpan idle) => new()
    {
        ActivityTimeout = idle,
        Version = HttpVersion.Version11,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };
}
