namespace Slipway.Control.Builds;

/// <summary>
/// The authorities that this server trusts besides Debian's, where <c>update-ca-certificates</c> takes them from. Builds
/// trust them too: they sign the mirrors and proxies of whoever runs the server.
/// </summary>
internal static class ServerCertificates
{
    private const string Folder = "/usr/local/share/ca-certificates";

    /// <summary>A build's request is one environment variable, which the kernel limits to 128 KiB.</summary>
    private const int MaxLength = 48 << 10;

    /// <returns>PEM; null when there are none.</returns>
    public static string? Read()
    {
        if (!Directory.Exists(Folder)) return null;
        var text = string.Concat(Directory.EnumerateFiles(Folder, "*.crt").Order(StringComparer.Ordinal).Select(file => File.ReadAllText(file).TrimEnd() + "\n"));
        return text.Length is 0 or > MaxLength ? null : text;
    }
}
