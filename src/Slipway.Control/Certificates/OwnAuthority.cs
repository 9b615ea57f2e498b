using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Slipway.Contracts.Routing;

namespace Slipway.Control.Certificates;

/// <summary>
/// Signs certificates for hosts that have no other, so that HTTPS works from the first minute. Whoever does not know this
/// server's authority is warned by their browser; who does (<c>slipway server ca</c>) is not.
/// </summary>
internal static class OwnAuthority
{
    private const int SerialBytes = 16;

    // As with public authorities: what is long-lived is what everybody has to trust anew when it ends.
    private static readonly TimeSpan AuthorityLife = TimeSpan.FromDays(3650);
    private static readonly TimeSpan LeafLife = TimeSpan.FromDays(397);

    /// <summary>Clocks of clients go wrong.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromDays(1);

    /// <summary>A new authority. Its name has a random part: browsers mix up two of the same name with different keys.</summary>
    public static CertificateText Create(string domain, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var name = new X500DistinguishedNameBuilder();
        name.AddOrganizationName("Slipway");
        name.AddCommonName($"Slipway {domain} {RandomNumberGenerator.GetHexString(6, lowercase: true)}");
        var request = new CertificateRequest(name.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        using var made = request.CreateSelfSigned(now - Slack, now + AuthorityLife);
        return new CertificateText(made.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem() + "\n", [], made.NotBefore.ToUniversalTime(), made.NotAfter.ToUniversalTime());
    }

    /// <param name="names">Host names or addresses, at least one.</param>
    public static CertificateText Issue(CertificateFile authority, IReadOnlyList<string> names, DateTimeOffset now)
    {
        using var issuer = X509Certificate2.CreateFromPem(authority.Chain, authority.Key);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(names[0].Length <= 64 ? names[0] : "Slipway");
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        var alternative = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            if (IPAddress.TryParse(name, out var address)) alternative.AddIpAddress(address);
            else alternative.AddDnsName(name);
        }

        request.CertificateExtensions.Add(alternative.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false)); // serverAuth
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(issuer, true, false));
        var until = now + LeafLife < issuer.NotAfter ? now + LeafLife : issuer.NotAfter;
        using var leaf = request.Create(issuer, now - Slack < issuer.NotBefore ? issuer.NotBefore : now - Slack, until, RandomNumberGenerator.GetBytes(SerialBytes));
        return new CertificateText(
            leaf.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem() + "\n", [.. names.Where(name => !IPAddress.TryParse(name, out _))],
            leaf.NotBefore.ToUniversalTime(), leaf.NotAfter.ToUniversalTime());
    }
}
