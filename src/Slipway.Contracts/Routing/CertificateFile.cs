using System.Security.Cryptography;
using System.Text;

namespace Slipway.Contracts.Routing;

/// <summary>
/// Body of <c>PUT /certificates/ID</c> on the edge's admin socket. Kept apart from the revisions, so that these hold no
/// secret and what names a certificate is small.
/// </summary>
/// <param name="Chain">PEM: the certificate of the host, then those between it and a root.</param>
/// <param name="Key">PEM of its private key, not encrypted.</param>
public sealed record CertificateFile(string Chain, string Key)
{
    private const int IdLength = 64;

    /// <summary>64 lower-case hex digits. The key follows from the chain's first certificate, so the chain tells them apart.</summary>
    public static string IdOf(string chain) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(chain)));

    /// <summary>It becomes a file's name.</summary>
    public static bool IsId(string? text) => text is { Length: IdLength } && text.All(c => c is >= '0' and <= '9' or >= 'a' and <= 'f');

    // A record prints its properties; a key must not come into a log that way.
    public override string ToString() => $"certificate {IdOf(Chain)}";
}
