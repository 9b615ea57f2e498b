using System.Text.Json.Serialization;
using Slipway.Contracts.Names;

namespace Slipway.Contracts.Routing;

/// <summary>
/// Everything that the edge serves, whole. The edge applies a revision entirely or not at all, keeps the last good one
/// on disk, and refuses a number lower than the one it serves. <c>slipway.DOMAIN</c> is not in it: the edge knows that
/// route from its own configuration.
/// </summary>
/// <param name="Number">Grows by one with each change of content.</param>
public sealed record RoutingRevision(long Number, DateTimeOffset CreatedAt, IReadOnlyList<Route> Routes)
{
    public static RoutingRevision Empty { get; } = new(0, DateTimeOffset.UnixEpoch, []);

    /// <summary>The edge refuses a revision that names one which it does not have. Settable: a revision on disk may be older than they are.</summary>
    public IReadOnlyList<RouteCertificate> Certificates { get; set; } = [];

    /// <summary>Proofs of ACME (RFC 8555, 8.3): token → what any host answers at <c>/.well-known/acme-challenge/TOKEN</c>.</summary>
    public IReadOnlyDictionary<string, string> Challenges { get; set; } = new Dictionary<string, string>();
}

[JsonConverter(typeof(SnakeCaseEnumConverter<RouteState>))]
public enum RouteState
{
    Serving,

    /// <summary>Answers 503 with the maintenance page; no request reaches an instance.</summary>
    Maintenance,

    /// <summary>The app has no release, or <c>web</c> is scaled to 0: Heroku's H14.</summary>
    NoWebProcesses,

    /// <summary>There should be instances and none is healthy: Heroku's H10.</summary>
    Crashed,

    /// <summary>The first instance is on its way: requests wait for it, and those that waited too long are Heroku's H20.</summary>
    Starting,
}

/// <summary>One app's traffic.</summary>
public sealed record Route
{
    /// <summary>1 GiB</summary>
    public const long DefaultMaxBodyBytes = 1L << 30;

    public required AppName App { get; init; }

    /// <summary>Number of the release whose instances these are; 0 before the first.</summary>
    public required int Release { get; init; }

    public required RouteState State { get; init; }

    /// <summary>Lower-case host names, without ports.</summary>
    public required IReadOnlyList<DomainName> Hosts { get; init; }

    public IReadOnlyList<Backend> Backends { get; init; } = [];

    /// <summary>Looked at before the backends, longest prefix first.</summary>
    public IReadOnlyList<StaticMount> Static { get; init; } = [];

    /// <summary>Set for an app of files alone; it has no backends.</summary>
    public StaticSite? Site { get; init; }

    /// <summary>Set on every answer below their prefix, in this order. Settable: a revision on disk may be older than they are.</summary>
    public IReadOnlyList<HeaderRule> Headers { get; set; } = [];

    /// <summary>What comes in over HTTP is sent to the same address over HTTPS. Settable, as <see cref="Headers"/> are.</summary>
    public bool RedirectsToHttps { get; set; }

    /// <summary>Time for a backend to send its first byte (Heroku's H12), and between any two.</summary>
    public int TimeoutSeconds { get; init; } = 30;

    /// <summary>How long a request waits for the first instance. Settable, as <see cref="Headers"/> are.</summary>
    public int BootTimeoutSeconds { get; set; } = 75;

    public long MaxBodyBytes { get; init; } = DefaultMaxBodyBytes;
}

/// <summary>A web instance that takes requests.</summary>
/// <param name="Name"><c>web.1</c></param>
/// <param name="Address"><c>unix:/path/of/socket</c> or <c>tcp:10.83.0.5:5000</c>.</param>
public sealed record Backend(InstanceId Instance, string Name, string Address);

[JsonConverter(typeof(SnakeCaseEnumConverter<StaticKind>))]
public enum StaticKind
{
    /// <summary>Files of a layer: they never change under the edge, which may remember everything about them.</summary>
    Layer,

    /// <summary>Files of a volume, written by the app at any time and not to be trusted.</summary>
    Volume,
}

/// <param name="Prefix">Begins and ends with a slash: <c>/static/</c>.</param>
/// <param name="Directory">Absolute path of a folder below the server's layers or volumes. Links in it are not followed out of it.</param>
public sealed record StaticMount(string Prefix, string Directory, StaticKind Kind);

/// <param name="Prefix">Begins and ends with a slash; <c>/</c> for every answer.</param>
/// <param name="Set">Header → value; they replace what the app sent.</param>
public sealed record HeaderRule(string Prefix, IReadOnlyDictionary<string, string> Set);

/// <summary>How busy a backend is, also after a revision dropped it; slipwayd waits for 0 before it stops an instance.</summary>
public sealed record BackendLoad(InstanceId Instance, int InFlight);

/// <summary>Answer of <c>GET /revision</c> and <c>PUT /revision</c> on the edge's admin socket.</summary>
public sealed record EdgeStatus(string Version, RoutingRevision Revision);
