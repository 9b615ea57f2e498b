using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Slipway.Contracts.Routing;

namespace Slipway.Edge.Tls;

/// <summary>
/// A certificate ready for handshakes. One object lives as long as any revision names it: the chain is put together once,
/// and OpenSSL's cache of sessions, which belongs to it, survives every change of other certificates.
/// </summary>
internal sealed class ServedCertificate(SslStreamCertificateContext context)
{
    /// <summary>Shared by all connections, and never changed.</summary>
    public SslServerAuthenticationOptions Options { get; } = new()
    {
        ServerCertificateContext = context,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        AllowRenegotiation = false,
        ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
    };

    /// <exception cref="System.Security.Cryptography.CryptographicException">It cannot be read, or the key is another one's.</exception>
    public static ServedCertificate Parse(CertificateFile file)
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(file.Chain);
        var leaf = X509Certificate2.CreateFromPem(file.Chain, file.Key);
        chain.RemoveAt(0);
        // Offline: a handshake must not wait for somebody else's server, nor a revision for an unreachable issuer.
        return new ServedCertificate(SslStreamCertificateContext.Create(leaf, chain, offline: true));
    }
}
