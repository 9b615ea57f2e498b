using System.Collections.Frozen;
using Slipway.Contracts.Routing;
using Slipway.Edge.Tls;

namespace Slipway.Edge.Routing;

/// <summary>One revision, whole and immutable: what every request that begins while it is current sees.</summary>
internal sealed class RouteTable
{
    private readonly FrozenDictionary<string, AppRoute> _hosts;
    private readonly FrozenDictionary<string, AppRoute>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly bool _hasWildcards;

    /// <param name="hosts">Lower-case host → route; the control plane's among them.</param>
    public RouteTable(RoutingRevision revision, IReadOnlyDictionary<string, AppRoute> hosts, CertificateTable certificates)
    {
        Revision = revision;
        Certificates = certificates;
        _hosts = hosts.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
        _lookup = _hosts.GetAlternateLookup<ReadOnlySpan<char>>();
        _hasWildcards = hosts.Keys.Any(h => h.StartsWith("*.", StringComparison.Ordinal));
    }

    public RoutingRevision Revision { get; }

    public CertificateTable Certificates { get; }

    public IEnumerable<AppRoute> Routes => _hosts.Values.Distinct();

    /// <param name="hostHeader">As the client sent it: any case, perhaps with a port, perhaps with the root's dot.</param>
    public AppRoute? Find(ReadOnlySpan<char> hostHeader)
    {
        var host = WithoutPort(hostHeader);
        if (_lookup.TryGetValue(host, out var route)) return route;
        return _hasWildcards ? FindWildcard(host) : null;
    }

    /// <summary>As in certificates, a star stands for exactly one label.</summary>
    private AppRoute? FindWildcard(ReadOnlySpan<char> host)
    {
        var dot = host.IndexOf('.');
        if (dot <= 0 || host.Length - dot > 253) return null;
        Span<char> wildcard = stackalloc char[host.Length - dot + 1];
        wildcard[0] = '*';
        host[dot..].CopyTo(wildcard[1..]);
        return _lookup.TryGetValue(wildcard, out var route) ? route : null;
    }

    private static ReadOnlySpan<char> WithoutPort(ReadOnlySpan<char> host)
    {
        var colon = host.LastIndexOf(':');
        if (colon >= 0 && !host[(colon + 1)..].Contains(']')) host = host[..colon];
        return host.EndsWith('.') ? host[..^1] : host;
    }
}
