using Slipway.Contracts.Errors;

namespace Slipway.Control.Remotes;

/// <summary>An address that a source is fetched from, checked in form.</summary>
/// <param name="Url">Without user, password and fragment.</param>
/// <param name="Credentials"><c>USER:PASSWORD</c>; null for none.</param>
/// <param name="IsRepository">A git repository, not an archive.</param>
/// <param name="Branch">Of the repository; null for its own.</param>
internal sealed record RemoteSource(Uri Url, string? Credentials, bool IsRepository, string? Branch)
{
    private const int MaxLength = 2000;

    /// <summary>For people and logs: a query may be a signature.</summary>
    public string Shown => Url.GetLeftPart(UriPartial.Path);

    /// <exception cref="SlipwayException">422 <c>source_url_invalid</c>.</exception>
    public static RemoteSource Parse(Uri? url)
    {
        if (url is not { IsAbsoluteUri: true, Scheme: "http" or "https", Host.Length: > 0, OriginalString.Length: <= MaxLength }) throw RemoteErrors.NotAnAddress(url?.OriginalString);
        var branch = url.Fragment.Length > 1 ? Uri.UnescapeDataString(url.Fragment[1..]) : null;
        if (branch is not null && !IsBranch(branch)) throw RemoteErrors.NotAnAddress(url.OriginalString);
        var plain = new UriBuilder(url) { UserName = "", Password = "", Fragment = "" }.Uri;
        var credentials = url.UserInfo.Length == 0 ? null : Uri.UnescapeDataString(url.UserInfo);
        return new RemoteSource(plain, credentials is null || credentials.Contains(':') ? credentials : credentials + ":", branch is not null || url.AbsolutePath.EndsWith(".git", StringComparison.Ordinal), branch);
    }

    /// <summary>What git allows as a branch's name, less what it would take for something else.</summary>
    public static bool IsBranch(string name) =>
        name.Length is > 0 and <= 200 && name[0] is not ('-' or '/' or '.') && !name.EndsWith('/') && !name.EndsWith('.') && !name.EndsWith(".lock", StringComparison.Ordinal)
        && !name.Contains("..", StringComparison.Ordinal) && !name.Contains("@{", StringComparison.Ordinal) && !name.Contains("//", StringComparison.Ordinal)
        && !name.Any(c => char.IsControl(c) || " ~^:?*[\\".Contains(c));
}
