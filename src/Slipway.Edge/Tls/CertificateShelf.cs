using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using Slipway.Contracts.Routing;

namespace Slipway.Edge.Tls;

/// <summary>The certificates in use, each read from its file once.</summary>
internal sealed class CertificateShelf(CertificateFolder folder, Action<string> complain)
{
    private readonly ConcurrentDictionary<string, ServedCertificate> _served = new(StringComparer.Ordinal);

    /// <summary>Leaves out what cannot be read: its hosts get the fallback, and everything else is served.</summary>
    public CertificateTable TableOf(RoutingRevision revision)
    {
        var hosts = new Dictionary<string, ServedCertificate>(StringComparer.OrdinalIgnoreCase);
        ServedCertificate? fallback = null;
        foreach (var certificate in revision.Certificates)
        {
            if (TryFind(certificate.Id) is not { } served) continue;
            foreach (var host in certificate.Hosts) hosts[host.Value] = served;
            if (certificate.IsFallback) fallback = served;
        }

        return new CertificateTable(hosts, fallback);
    }

    public void KeepOnly(RoutingRevision revision)
    {
        var used = revision.Certificates.Select(certificate => certificate.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var id in _served.Keys.Where(id => !used.Contains(id))) _served.TryRemove(id, out _);
        folder.KeepOnly(used);
    }

    private ServedCertificate? TryFind(string id)
    {
        if (_served.TryGetValue(id, out var known)) return known;
        try
        {
            return _served[id] = ServedCertificate.Parse(folder.Load(id));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or CryptographicException)
        {
            complain($"certificate {id} cannot be served: {e.Message}");
            return null;
        }
    }
}
