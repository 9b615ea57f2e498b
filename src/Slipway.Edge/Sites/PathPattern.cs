using System.Text;

namespace Slipway.Edge.Sites;

/// <summary>A path of <c>_redirects</c> or <c>_headers</c>: literal segments, <c>:names</c>, and perhaps a <c>*</c> at the end.</summary>
internal sealed class PathPattern
{
    private const string Splat = "splat";

    private readonly string[] _segments;
    private readonly bool _hasSplat;

    public PathPattern(string path)
    {
        _hasSplat = path.EndsWith("/*", StringComparison.Ordinal);
        _segments = Segments(_hasSplat ? path[..^1] : path);
    }

    /// <param name="path">Decoded. A slash at its end makes no difference.</param>
    /// <param name="captured">What names and the star stand for.</param>
    public bool Matches(string path, out IReadOnlyDictionary<string, string> captured)
    {
        var found = new Dictionary<string, string>();
        captured = found;
        var asked = Segments(path);
        if (_hasSplat ? asked.Length < _segments.Length : asked.Length != _segments.Length) return false;
        for (var at = 0; at < _segments.Length; at++)
        {
            if (_segments[at].StartsWith(':')) found[_segments[at][1..]] = asked[at];
            else if (_segments[at] != asked[at]) return false;
        }

        if (_hasSplat) found[Splat] = string.Join('/', asked[_segments.Length..]);
        return true;
    }

    /// <summary>
    /// The target with its names replaced. What is put in came from a client, so each segment is encoded: it cannot become
    /// another host, a query or a header.
    /// </summary>
    public static string Fill(string target, IReadOnlyDictionary<string, string> captured)
    {
        if (!target.Contains(':')) return target;
        var filled = new StringBuilder();
        for (var at = 0; at < target.Length; at++)
        {
            var end = at + 1;
            while (target[at] == ':' && end < target.Length && (char.IsAsciiLetterOrDigit(target[end]) || target[end] == '_')) end++;
            if (target[at] == ':' && captured.TryGetValue(target[(at + 1)..end], out var value))
            {
                filled.AppendJoin('/', value.Split('/').Select(Uri.EscapeDataString));
                at = end - 1;
            }
            else
            {
                filled.Append(target[at]);
            }
        }

        return filled.ToString();
    }

    private static string[] Segments(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries);
}
