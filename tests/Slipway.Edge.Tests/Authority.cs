using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Slipway.Contracts.Routing;

namespace Slipway.Edge.Tests;

/// <summary>A certificate authority of a test: a root, an authority below it, and what that signs.</summary>
internal sealed class Authority : IDisposable
{
    private readonly DateTimeOffset _from = DateTimeOffset.UtcNow.AddMinutes(-5);
    private readonly ECDsa _middleKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _middle;

    public Authority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Test root", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        Root = request.CreateSelfSigned(_from, _from.AddDays(30));
        var below = new CertificateRequest("CN=Test authority", _middleKey, HashAlgorithmName.SHA256);
        below.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        _middle = below.Create(Root, _from, _from.AddDays(20), RandomNumberGenerator.GetBytes(8));
    }

    public X509Certificate2 Root { get; }

    public CertificateFile Issue(params string[] hosts)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={hosts[0]}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts) names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        using var issuer = _middle.CopyWithPrivateKey(_middleKey);
        using var leaf = request.Create(issuer, _from, _from.AddDays(10), RandomNumberGenerator.GetBytes(8));
        return new CertificateFile($"{leaf.ExportCertificatePem()}\n{_middle.ExportCertificatePem()}\n", key.ExportPkcs8PrivateKeyPem());
    }

    public void Dispose()
    {
        Root.Dispose();
        _middle.Dispose();
        _middleKey.Dispose();
    }
}
