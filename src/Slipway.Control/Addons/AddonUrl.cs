namespace Slipway.Control.Addons;

/// <summary>The parts of an add-on's URL, which Slipway made itself: nothing in it needs escaping.</summary>
internal static class AddonUrl
{
    public const string Domain = "slipway.internal";

    public static string User(this Uri url) => url.UserInfo.Split(':')[0];

    public static string Password(this Uri url) => url.UserInfo.Split(':')[1];

    public static string Database(this Uri url) => url.AbsolutePath[1..];

    /// <summary>True when the value leads to one of this server's own add-ons.</summary>
    public static bool IsOwn(string value) =>
        value.Contains(Domain, StringComparison.Ordinal)
        && Uri.TryCreate(value, UriKind.Absolute, out var url) && url.Host.EndsWith("." + Domain, StringComparison.OrdinalIgnoreCase);

    /// <exception cref="ArgumentException">Not such a word: it must not reach SQL.</exception>
    public static string Word(string value) =>
        value.Length > 0 && value.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') ? value : throw new ArgumentException("Not a plain word.", nameof(value));
}
