namespace Slipway.Control.Certificates;

/// <summary>Where a certificate is from; the value of <see cref="Store.CertificateRow.Kind"/>.</summary>
internal static class CertificateKind
{
    /// <summary>This server's own authority, which signs the two below.</summary>
    public const string Authority = "authority";

    /// <summary>Of the server itself: its API, and whoever asks for a host that nothing is known of.</summary>
    public const string Server = "server";

    /// <summary>Signed by the own authority for an app's hosts that have no other.</summary>
    public const string Own = "own";

    /// <summary>Brought by a user: an SNI endpoint.</summary>
    public const string Uploaded = "uploaded";

    /// <summary>Got by ACME, and renewed by it.</summary>
    public const string Acme = "acme";
}
