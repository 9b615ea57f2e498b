using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;

namespace Slipway.Control.Certificates;

/// <summary>A certificate with its key as a user gave them, checked, and put in the order in which they are served.</summary>
/// <param name="Chain">PEM: the host's certificate first, without a root.</param>
/// <param name="Key">PEM, PKCS #8.</param>
/// <param name="Names">The host names that it is for, lower-case.</param>
internal sealed record CertificateText(string Chain, string Key, IReadOnlyList<string> Names, DateTimeOffset From, DateTimeOffset Until)
{
    private const int MaxText = 64 << 10;
    private const int MaxCertificates = 10;
    private const int MinRsaBits = 2048;

    private static readonly string[] BrokenDigests = ["1.2.840.113549.1.1.4", "1.2.840.113549.1.1.5", "1.2.840.10045.4.1"]; // MD5 and SHA-1 with RSA, SHA-1 with ECDSA

    /// <exception cref="SlipwayException">422: what is wrong with it, before anything is served with it.</exception>
    public static CertificateText Check(string? chain, string? key, DateTimeOffset now)
    {
        var given = ReadChain(chain);
        using var privateKey = ReadKey(key);
        var leaf = given.FirstOrDefault(one => Matches(one, privateKey)) ?? throw CertificateErrors.KeyMismatch(given[0]);
        if (now > leaf.NotAfter) throw CertificateErrors.Expired(leaf);
        if (now < leaf.NotBefore) throw CertificateErrors.NotYet(leaf);
        if (privateKey is RSA { KeySize: < MinRsaBits } rsa) throw CertificateErrors.Weak(leaf, $"Its RSA key has {rsa.KeySize} bits; browsers and servers take {MinRsaBits} or more.");
        if (BrokenDigests.Contains(leaf.SignatureAlgorithm.Value)) throw CertificateErrors.Weak(leaf, $"It is signed with {leaf.SignatureAlgorithm.FriendlyName}, which can be forged.");
        var names = NamesOf(leaf);
        if (names.Count == 0) throw CertificateErrors.NoNames(leaf);
        var ordered = Order(leaf, given);
        return new CertificateText(
            string.Concat(ordered.Select(one => one.ExportCertificatePem() + "\n")), privateKey.ExportPkcs8PrivateKeyPem() + "\n",
            names, leaf.NotBefore.ToUniversalTime(), leaf.NotAfter.ToUniversalTime());
    }

    /// <summary>Whether clients with the roots of this server's system would accept it. Nobody is asked over the network.</summary>
    public static bool IsTrusted(string chain)
    {
        var all = new X509Certificate2Collection();
        all.ImportFromPem(chain);
        using var verified = new X509Chain();
        verified.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        verified.ChainPolicy.DisableCertificateDownloads = true;
        verified.ChainPolicy.ExtraStore.AddRange(all);
        return verified.Build(all[0]);
    }

    public static X509Certificate2 Leaf(string chain) => X509Certificate2.CreateFromPem(chain);

    /// <summary>Alternative names, or the common name of one that is too old to have any. Without what is no host name.</summary>
    public static IReadOnlyList<string> NamesOf(X509Certificate2 certificate)
    {
        var alternative = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        IEnumerable<string> names = alternative is null ? [certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false)] : alternative.EnumerateDnsNames();
        return [.. names.Select(name => name.ToLowerInvariant()).Where(name => DomainName.TryParse(name, out _)).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Whether a certificate's name is good for a host: the same, or a star for exactly its first label.</summary>
    public static bool Covers(string name, string host) =>
        name == host || (name.StartsWith("*.", StringComparison.Ordinal) && host.IndexOf('.', StringComparison.Ordinal) is var dot and > 0 && host[0] != '*' && host.AsSpan(dot).SequenceEqual(name.AsSpan(1)));

    private static List<X509Certificate2> ReadChain(string? chain)
    {
        if (string.IsNullOrWhiteSpace(chain)) throw CertificateErrors.Unreadable("The certificate chain is empty.");
        if (chain.Length > MaxText) throw CertificateErrors.Unreadable($"The certificate chain is longer than {MaxText >> 10} KiB.");
        var given = new X509Certificate2Collection();
        try
        {
            given.ImportFromPem(chain);
        }
        catch (CryptographicException e)
        {
            throw CertificateErrors.Unreadable(e.Message);
        }

        if (given.Count == 0)
            throw CertificateErrors.Unreadable(chain.Contains("PRIVATE KEY", StringComparison.Ordinal) ? "It holds a private key and no certificate: perhaps the two files were swapped." : "There is no '-----BEGIN CERTIFICATE-----' in it.");
        if (given.Count > MaxCertificates) throw CertificateErrors.Unreadable($"It holds {given.Count} certificates; a chain has at most {MaxCertificates}.");
        return [.. given];
    }

    private static AsymmetricAlgorithm ReadKey(string? pem)
    {
        if (string.IsNullOrWhiteSpace(pem)) throw CertificateErrors.KeyUnreadable("The private key is empty.");
        if (pem.Length > MaxText) throw CertificateErrors.KeyUnreadable($"The private key is longer than {MaxText >> 10} KiB.");
        if (pem.Contains("ENCRYPTED", StringComparison.Ordinal)) throw CertificateErrors.KeyEncrypted();
        if (!pem.Contains("PRIVATE KEY", StringComparison.Ordinal))
            throw CertificateErrors.KeyUnreadable(pem.Contains("CERTIFICATE", StringComparison.Ordinal) ? "It holds a certificate and no key: perhaps the two files were swapped." : "There is no '-----BEGIN PRIVATE KEY-----' in it.");
        foreach (var algorithm in new AsymmetricAlgorithm[] { RSA.Create(), ECDsa.Create() })
        {
            try
            {
                algorithm.ImportFromPem(pem);
                return algorithm;
            }
            catch (Exception e) when (e is CryptographicException or ArgumentException or AsnContentException)
            {
                algorithm.Dispose();
            }
        }

        throw CertificateErrors.KeyUnreadable("It is neither an RSA nor an elliptic curve key in PEM.");
    }

    private static bool Matches(X509Certificate2 certificate, AsymmetricAlgorithm key) =>
        certificate.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.ExportSubjectPublicKeyInfo());

    /// <summary>From the host's certificate up, whatever the order of the file; the root itself is not sent, clients have it.</summary>
    /// <exception cref="SlipwayException">422: one between is missing.</exception>
    private static List<X509Certificate2> Order(X509Certificate2 leaf, List<X509Certificate2> given)
    {
        var ordered = new List<X509Certificate2> { leaf };
        using var roots = new X509Store(StoreName.Root, StoreLocation.LocalMachine, OpenFlags.ReadOnly);
        while (!IsSelfSigned(ordered[^1]))
        {
            var last = ordered[^1];
            if (given.FirstOrDefault(one => !ordered.Contains(one) && IsIssuer(one, last)) is { } issuer) ordered.Add(issuer);
            else if (roots.Certificates.Any(root => IsIssuer(root, last))) return ordered;
            else throw CertificateErrors.Incomplete(last);
        }

        if (ordered.Count > 1) ordered.RemoveAt(ordered.Count - 1);
        return ordered;
    }

    private static bool IsSelfSigned(X509Certificate2 one) => one.SubjectName.RawData.AsSpan().SequenceEqual(one.IssuerName.RawData);

    private static bool IsIssuer(X509Certificate2 issuer, X509Certificate2 issued) => issuer.SubjectName.RawData.AsSpan().SequenceEqual(issued.IssuerName.RawData);
}
