using System.Text.Json.Serialization;

namespace Slipway.Contracts.Api;

/// <summary>A certificate of an app, as Heroku's clients know it. The key is never shown.</summary>
public sealed record SniEndpoint
{
    public required Guid Id { get; init; }
    public required string Name { get; init; }
    public string? DisplayName { get; init; }
    public required Reference App { get; init; }

    /// <summary>PEM.</summary>
    public required string CertificateChain { get; init; }
    public string? Cname { get; init; }

    /// <summary>Ids of the domains that it was chosen for.</summary>
    public required IReadOnlyList<Guid> Domains { get; init; }
    public required SslCertificate SslCert { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <param name="Acm">It was got automatically, and is renewed so.</param>
/// <param name="CaSigned">Signed by an authority that this server's system trusts.</param>
public sealed record SslCertificate(
    Guid Id, bool Acm, [property: JsonPropertyName("ca_signed?")] bool CaSigned, [property: JsonPropertyName("self_signed?")] bool SelfSigned,
    IReadOnlyList<string> CertDomains, string Issuer, string Subject, DateTimeOffset StartsAt, DateTimeOffset ExpiresAt);

/// <param name="CertificateChain">PEM: the host's certificate and those between it and a root.</param>
/// <param name="PrivateKey">PEM, not encrypted.</param>
public sealed record SniEndpointRequest(string? CertificateChain, string? PrivateKey)
{
    // A record prints its properties; a key must not come into a log that way.
    public override string ToString() => nameof(SniEndpointRequest);
}

/// <summary>How an app is served over HTTPS.</summary>
/// <param name="Port">0: this server serves no HTTPS.</param>
/// <param name="Only">What comes over HTTP is sent to HTTPS.</param>
public sealed record Https(int Port, bool Only, IReadOnlyList<HttpsHost> Hosts);

/// <param name="Certificate"><c>uploaded</c>, <c>acme</c>, <c>server</c> or <c>own</c> (both signed by this server's own authority); null: none yet.</param>
public sealed record HttpsHost(string Hostname, string? Certificate, DateTimeOffset? ExpiresAt);

public sealed record UpdateHttpsRequest(bool? Only);

/// <summary>This server's own certificate authority.</summary>
/// <param name="Certificate">PEM.</param>
/// <param name="Fingerprint">SHA-256, hex.</param>
public sealed record ServerAuthority(string Certificate, string Fingerprint, DateTimeOffset ExpiresAt);
