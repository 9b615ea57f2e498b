using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Slipway.Control.Tests.Certificates;

/// <summary>Certificates as users may bring them: a root, an authority below it, and what that signs.</summary>
internal sealed class Issuer
{
    public static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _root;
    private readonly X509Certificate2 _middle;

    public Issuer()
    {
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var root = new CertificateRequest("CN=Test root", rootKey, HashAlgorithmName.SHA256);
        root.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _root = root.CreateSelfSigned(Now.AddYears(-1), Now.AddYears(9));
        var middle = new CertificateRequest("CN=Test authority", _key, HashAlgorithmName.SHA256);
        middle.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        _middle = middle.Create(_root, Now.AddYears(-1), Now.AddYears(8), [1]);
    }

    public string Root => _root.ExportCertificatePem() + "\n";

    public string Middle => _middle.ExportCertificatePem() + "\n";

    /// <summary>For these hosts, from this day to that one, counted from <see cref="Now"/>.</summary>
    public (string Certificate, string Key) Leaf(IReadOnlyList<string> hosts, int from = -1, int until = 90, int rsaBits = 0)
    {
        using AsymmetricAlgorithm key = rsaBits > 0 ? RSA.Create(rsaBits) : ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = key is RSA rsa
            ? new CertificateRequest("CN=Test site", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest("CN=Test site", (ECDsa)key, HashAlgorithmName.SHA256);
        if (hosts.Count > 0)
        {
            var names = new SubjectAlternativeNameBuilder();
            foreach (var host in hosts) names.AddDnsName(host);
            request.CertificateExtensions.Add(names.Build());
        }

        var leaf = request.Create(_middle.SubjectName, X509SignatureGenerator.CreateForECDsa(_key), Now.AddDays(from), Now.AddDays(until), [2]);
        return (leaf.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    public static string Encrypted(string key)
    {
        using var algorithm = ECDsa.Create();
        algorithm.ImportFromPem(key);
        return algorithm.ExportEncryptedPkcs8PrivateKeyPem("secret", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000));
    }
}
