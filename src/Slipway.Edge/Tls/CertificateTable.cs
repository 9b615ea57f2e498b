using System.Collections.Frozen;
using System.Net.Security;

namespace Slipway.Edge.Tls;

/// <summary>Which certificate a host has, in one revision.</summary>
/// <param name="fallback">For clients that name no host, or an unknown one.</param>
internal sealed class CertificateTable(IEnumerable<KeyValuePair<string, ServedCertificate>> hosts, ServedCertificate? fallback)
{
    private readonly FrozenDictionary<string, ServedCertificate> _hosts = hosts.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <param name="serverName">As the client sent it (SNI); empty where it sent none.</param>
    /// <returns>Null when there is nothing to answer with: the handshake fails.</returns>
    public SslServerAuthenticationOptions? Find(string serverName)
    {
        if (_hosts.TryGetValue(serverName, out var exact)) return exact.Options;
        var dot = serverName.IndexOf('.', StringComparison.Ordinal);
        // A star stands for exactly one label.
        if (dot > 0 && _hosts.TryGetValue($"*{serverName.AsSpan(dot)}", out var wildcard)) return wildcard.Options;
        return fallback?.Options;
    }
}
