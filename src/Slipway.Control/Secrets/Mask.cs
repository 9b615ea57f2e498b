namespace Slipway.Control.Secrets;

/// <summary>How a secret is shown where it must not be read: in events and logs.</summary>
internal static class Mask
{
    /// <summary><c>••••</c>, and the last two characters of a value long enough that they give nothing away.</summary>
    public static string Value(string secret) => secret.Length >= 12 ? "••••" + secret[^2..] : "••••";
}
