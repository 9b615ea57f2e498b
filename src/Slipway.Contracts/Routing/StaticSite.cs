namespace Slipway.Contracts.Routing;

/// <summary>An app of files alone: the edge answers all its requests itself, and no instance of it runs.</summary>
/// <param name="Directory">Absolute path of the folder that is served, below the server's layers. All that is in it is public.</param>
public sealed record StaticSite(string Directory)
{
    private const int MaxRules = 5000;

    private static readonly int[] Statuses = [200, 301, 302, 303, 307, 308, 404, 410];

    /// <summary>In this order; the first that matches holds.</summary>
    public IReadOnlyList<SiteRedirect> Redirects { get; set; } = [];

    /// <summary>All that match hold.</summary>
    public IReadOnlyList<SiteHeaders> Headers { get; set; } = [];

    /// <summary>
    /// What keeps the edge from serving by these rules. Asked when they come out of a build, and again before they are
    /// served: one app's rules must never make a whole routing revision unfit.
    /// </summary>
    public IEnumerable<string> Problems()
    {
        if (Redirects.Count + Headers.Count > MaxRules) yield return $"There are more than {MaxRules} rules.";
        foreach (var rule in Redirects)
        {
            if (!IsPath(rule.From)) yield return $"{rule.From} is not a path.";
            if (!Statuses.Contains(rule.Status)) yield return $"{rule.From}: {rule.Status} is not one of {string.Join(", ", Statuses)}.";
            if (!IsText(rule.To) || !IsTarget(rule)) yield return $"{rule.From}: {rule.To} is nothing that it can lead to.";
        }

        foreach (var rule in Headers)
        {
            if (!IsPath(rule.Path)) yield return $"{rule.Path} is not a path.";
            foreach (var (name, value) in rule.Set)
                if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') || !IsText(value)) yield return $"{rule.Path}: {name} is not a header.";
        }
    }

    private static bool IsTarget(SiteRedirect rule) =>
        rule.To.StartsWith('/')
        || rule.Status is >= 300 and < 400 && (rule.To.StartsWith("https://", StringComparison.Ordinal) || rule.To.StartsWith("http://", StringComparison.Ordinal));

    private static bool IsPath(string? path) => path is ['/', ..] && !path.Any(char.IsControl);

    /// <summary>Printable ASCII: what may stand in a header.</summary>
    private static bool IsText(string? text) => text is not null && text.All(c => c is >= ' ' and <= '~');
}

/// <summary>
/// A line of <c>_redirects</c>. <paramref name="From"/> is a path whose segments may be <c>:names</c> and whose last may
/// be <c>*</c>; what these stand for is <c>:name</c> and <c>:splat</c> in <paramref name="To"/>.
/// </summary>
/// <param name="To">A path, or an absolute http or https URL where <paramref name="Status"/> redirects.</param>
/// <param name="Status">301, 302, 303, 307 or 308 redirects; 200, 404 or 410 answers with the file at <paramref name="To"/>.</param>
/// <param name="Force">Also where there is a file at <paramref name="From"/>.</param>
public sealed record SiteRedirect(string From, string To, int Status, bool Force);

/// <summary>A block of <c>_headers</c>.</summary>
/// <param name="Path">A pattern like that of <see cref="SiteRedirect.From"/>.</param>
/// <param name="Set">Header → value.</param>
public sealed record SiteHeaders(string Path, IReadOnlyDictionary<string, string> Set);
