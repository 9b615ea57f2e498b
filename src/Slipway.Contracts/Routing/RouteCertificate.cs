using Slipway.Contracts.Names;

namespace Slipway.Contracts.Routing;

/// <summary>Which certificate a TLS client gets that asks for one of these hosts. The certificate itself was put before, see <see cref="CertificateFile"/>.</summary>
/// <param name="Id"><see cref="CertificateFile.IdOf"/> of its chain.</param>
/// <param name="Hosts">Lower-case host names, <c>*.example.com</c> among them; each in one certificate only.</param>
/// <param name="IsFallback">What a client gets that asks for no host, or for one that no certificate has. One at most.</param>
public sealed record RouteCertificate(string Id, IReadOnlyList<DomainName> Hosts, bool IsFallback = false);
