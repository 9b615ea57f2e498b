using Slipway.Contracts.Routing;
using Slipway.Edge.Forwarding;
using Slipway.Edge.Sites;
using Slipway.Edge.StaticFiles;
using Slipway.Edge.Traffic;
using Yarp.ReverseProxy.Forwarder;

namespace Slipway.Edge.Routing;

/// <summary>A <see cref="Route"/> made ready to serve: immutable, part of one <see cref="RouteTable"/>.</summary>
/// <param name="App">Null for the control plane's own route, as <paramref name="Counters"/> are.</param>
/// <param name="ReleaseLabel"><c>v12</c></param>
/// <param name="Mounts">Longest prefix first.</param>
/// <param name="Site">Answers everything, where there is one.</param>
/// <param name="Headers">Shortest prefix first: where two set the same header, the more exact one holds.</param>
internal sealed record AppRoute(
    string? App,
    string ReleaseLabel,
    RouteState State,
    BackendGroup Backends,
    StaticMountEntry[] Mounts,
    Site? Site,
    HeaderRule[] Headers,
    TimeSpan FirstByteTimeout,
    TimeSpan BootTimeout,
    ForwarderRequestConfig Forwarding,
    long? MaxBodyBytes,
    bool RedirectsToHttps,
    AppCounters? Counters);

/// <summary>A static folder under its URL prefix, which begins and ends with a slash.</summary>
internal sealed record StaticMountEntry(string Prefix, IStaticFolder Folder);
