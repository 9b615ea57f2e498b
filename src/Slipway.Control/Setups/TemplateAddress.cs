using Slipway.Control.Remotes;

namespace Slipway.Control.Setups;

/// <summary>The address in a button: of an archive, of a repository, or of a page about one on a forge, as READMEs have them.</summary>
internal static class TemplateAddress
{
    private static readonly string[] Archives = [".tar", ".tar.gz", ".tgz", ".zip"];

    /// <exception cref="Contracts.Errors.SlipwayException">422 <c>source_url_invalid</c>.</exception>
    public static RemoteSource Parse(string? template)
    {
        if (!Uri.TryCreate(template, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https")) throw RemoteErrors.NotAnAddress(template);
        return RemoteSource.Parse(url.Fragment.Length > 1 ? url : Repository(url) ?? url);
    }

    /// <returns>Null for what is no page about a repository.</returns>
    private static Uri? Repository(Uri url)
    {
        var path = url.AbsolutePath.TrimEnd('/');
        if (path.EndsWith(".git", StringComparison.Ordinal) || Archives.Any(end => path.EndsWith(end, StringComparison.OrdinalIgnoreCase)) || url.Query.Length > 0) return null;
        string[] parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return parts switch
        {
            [_, _] => At(url, path, null), // OWNER/REPOSITORY
            [var owner, var name, "tree", .. { Length: > 0 } branch] => At(url, $"/{owner}/{name}", branch), // GitHub
            [var owner, var name, "src", "branch", .. { Length: > 0 } branch] => At(url, $"/{owner}/{name}", branch), // Gitea, Forgejo
            [.. { Length: >= 2 } project, "-", "tree", _] => At(url, "/" + string.Join('/', project), parts[^1..]), // GitLab
            _ => null,
        };
    }

    private static Uri At(Uri url, string path, string[]? branch) =>
        new UriBuilder(url) { Path = path + ".git", Query = "", Fragment = branch is null ? "" : string.Join('/', branch) }.Uri;
}
