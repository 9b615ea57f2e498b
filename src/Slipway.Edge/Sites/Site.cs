using Slipway.Contracts.Routing;
using Slipway.Edge.StaticFiles;

namespace Slipway.Edge.Sites;

/// <summary>A <see cref="StaticSite"/> made ready to serve.</summary>
internal sealed class Site(StaticSite site, IStaticFolder folder)
{
    private readonly Redirect[] _redirects = [.. site.Redirects.Select(rule => new Redirect(new PathPattern(rule.From), rule))];
    private readonly (PathPattern Path, IReadOnlyDictionary<string, string> Set)[] _headers = [.. site.Headers.Select(rule => (new PathPattern(rule.Path), rule.Set))];

    private sealed record Redirect(PathPattern From, SiteRedirect Rule);

    public IStaticFolder Folder { get; } = folder;

    /// <param name="path">Decoded, begins with a slash.</param>
    public SiteAnswer Answer(string path, AcceptedEncodings accepts) =>
        ByRule(path, accepts, forced: true) ?? ByFile(path, accepts) ?? ByRule(path, accepts, forced: false) ?? Fallback(accepts);

    public IEnumerable<KeyValuePair<string, string>> HeadersOf(string path) =>
        _headers.Length == 0 ? [] : _headers.Where(rule => rule.Path.Matches(path, out _)).SelectMany(rule => rule.Set);

    private SiteAnswer? ByRule(string path, AcceptedEncodings accepts, bool forced)
    {
        foreach (var (from, rule) in _redirects)
        {
            if (rule.Force != forced || !from.Matches(path, out var captured)) continue;
            var to = PathPattern.Fill(rule.To, captured);
            if (rule.Status is >= 300 and < 400) return SiteAnswer.Redirect(rule.Status, to);
            // A rule that leads to no file is as if it were not there, so that it cannot hide the 404 page.
            if (File(Uri.UnescapeDataString(to), accepts) is { } file) return new SiteAnswer(rule.Status, file, null);
        }

        return null;
    }

    private SiteAnswer? ByFile(string path, AcceptedEncodings accepts)
    {
        if (File(path, accepts) is { } file) return new SiteAnswer(200, file, null);
        // Links inside a page are relative to its folder only where the address ends with a slash.
        return !path.EndsWith('/') && File(path + "/", accepts) is not null ? SiteAnswer.Redirect(301, UriOf(path) + "/") : null;
    }

    /// <summary>What is there under this path: the file itself, a folder's index.html, or the page without its .html.</summary>
    private StaticFile? File(string path, AcceptedEncodings accepts)
    {
        if (path.EndsWith('/')) return Find(path + "index.html", accepts);
        return Find(path, accepts) ?? Find(path + ".html", accepts);
    }

    private StaticFile? Find(string path, AcceptedEncodings accepts)
    {
        var relative = path.AsSpan(1);
        return StaticPath.IsPublicFile(relative) ? Folder.Find(relative, accepts) : null;
    }

    private SiteAnswer Fallback(AcceptedEncodings accepts)
    {
        if (Folder.Find("200.html", accepts) is { } app) return new SiteAnswer(200, app, null);
        return new SiteAnswer(404, Folder.Find("404.html", accepts), null);
    }

    private static string UriOf(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
}

/// <param name="File">Null with a <paramref name="Location"/>, or where the site has no page of its own for it.</param>
internal sealed record SiteAnswer(int Status, StaticFile? File, string? Location)
{
    public static SiteAnswer Redirect(int status, string location) => new(status, null, location);
}
