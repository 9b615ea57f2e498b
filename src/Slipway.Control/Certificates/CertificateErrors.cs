using System.Security.Cryptography.X509Certificates;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;

namespace Slipway.Control.Certificates;

/// <summary>What can be wrong with a certificate that somebody brings. The ids are stable.</summary>
internal static class CertificateErrors
{
    public static SlipwayException Unreadable(string why) => Error("certificate_unreadable", "The certificate cannot be read.", why,
        "Give PEM: the host's certificate, then those between it and the root, one after the other in one file.");

    public static SlipwayException KeyUnreadable(string why) => Error("key_unreadable", "The private key cannot be read.", why, "Give the key in PEM, as it was made with the certificate request.");

    public static SlipwayException KeyEncrypted() => Error("key_encrypted", "The private key is encrypted.",
        "The server has to read it at every start, when nobody is there to type its passphrase.", "openssl pkey -in encrypted.key -out server.key");

    public static SlipwayException KeyMismatch(X509Certificate2 first) => Error("key_mismatch", "The private key belongs to another certificate.",
        $"The key of the certificate for {NameOf(first)} is a different one.", "Compare: openssl x509 -noout -pubkey -in server.crt; openssl pkey -pubout -in server.key");

    public static SlipwayException Expired(X509Certificate2 leaf) => Error("certificate_expired", $"The certificate for {NameOf(leaf)} has expired.",
        $"It was good until {leaf.NotAfter.ToUniversalTime():yyyy-MM-dd HH:mm} UTC.", "Have a new one issued.");

    public static SlipwayException NotYet(X509Certificate2 leaf) => Error("certificate_not_yet_valid", $"The certificate for {NameOf(leaf)} is not valid yet.",
        $"It begins at {leaf.NotBefore.ToUniversalTime():yyyy-MM-dd HH:mm} UTC.", "Wait until then, or look whether this server's clock is right: date -u");

    public static SlipwayException Incomplete(X509Certificate2 last) => Error("chain_incomplete", "The certificate chain is incomplete.",
        $"'{last.Subject}' was issued by '{last.Issuer}', which is neither in the file nor a root that this server knows.",
        "Append the intermediate certificates that came with yours: cat server.crt intermediate.crt > chain.crt. With an authority of your own, append its root too.");

    public static SlipwayException Weak(X509Certificate2 leaf, string why) => Error("certificate_weak", $"The certificate for {NameOf(leaf)} is too weak to be served.", why, "Have a new one issued, with a new key.");

    public static SlipwayException NoNames(X509Certificate2 leaf) => Error("certificate_without_names", "The certificate names no host.",
        $"Its subject is '{leaf.Subject}', and it has no alternative name that is a host's.", "Have one issued for the app's domains.");

    public static SlipwayException NotCovered(string host, IEnumerable<string> names) => Error("domain_not_covered", $"The certificate is not for {host}.",
        $"It is for {string.Join(", ", names)}.", $"Have one issued for {host}, and add it: slipway certs add");

    public static SlipwayException NoHttps() => Error("no_https", "This server serves no HTTPS.", "It was set up without a port for it.", "SLIPWAY_HTTPS_PORT=443 bin/up");

    private static string NameOf(X509Certificate2 leaf) => CertificateText.NamesOf(leaf).FirstOrDefault() ?? TypedName.Quote(leaf.Subject);

    private static SlipwayException Error(string id, string message, string why, string next) => new(422, new SlipwayError(id, message) { Why = why, Next = next });
}
