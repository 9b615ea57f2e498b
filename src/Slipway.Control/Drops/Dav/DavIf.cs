using System.Collections.Immutable;

namespace Slipway.Control.Drops.Dav;

/// <summary>The header <c>If</c> (RFC 4918, 10.4): what must be so for the request to be carried out, and which locks its sender holds.</summary>
internal sealed class DavIf
{
    private readonly List<(string? Resource, List<Condition> Conditions)> _lists;

    private DavIf(List<(string?, List<Condition>)> lists) => _lists = lists;

    private readonly record struct Condition(bool Not, string? Token, string? ETag);

    public static DavIf None { get; } = new([]);

    /// <summary>Every lock token that it names, but for those that must not hold.</summary>
    public IReadOnlySet<string> Tokens =>
        _lists.SelectMany(list => list.Conditions).Where(one => one is { Not: false, Token: not null }).Select(one => one.Token!).ToImmutableHashSet();

    /// <returns>Null when it cannot be read.</returns>
    public static DavIf? Parse(string header)
    {
        var lists = new List<(string?, List<Condition>)>();
        string? resource = null;
        for (var at = 0; at < header.Length;)
        {
            switch (header[at])
            {
                case ' ' or '\t':
                    at++;
                    break;
                case '<' when Until(header, at, '>') is { } end:
                    resource = header[(at + 1)..end];
                    at = end + 1;
                    break;
                case '(' when ParseList(header, at + 1, out var end) is { } conditions:
                    lists.Add((resource, conditions));
                    at = end;
                    break;
                default:
                    return null;
            }
        }

        return new DavIf(lists);
    }

    /// <param name="tokensOf">URL of a resource, or null for the request's own → the locks that cover it; null when it is not of this server.</param>
    public bool Holds(Func<string?, (IReadOnlyList<DavLock> Locks, string? ETag)?> stateOf) =>
        _lists.Count == 0 || _lists.Any(list => stateOf(list.Resource) is { } state && list.Conditions.All(condition => condition.Not != Matches(condition, state)));

    private static bool Matches(Condition condition, (IReadOnlyList<DavLock> Locks, string? ETag) state) =>
        condition.Token is { } token ? state.Locks.Any(one => one.Token == token) : condition.ETag == state.ETag;

    private static List<Condition>? ParseList(string header, int at, out int end)
    {
        var conditions = new List<Condition>();
        var not = false;
        for (end = at; end < header.Length;)
        {
            switch (header[end])
            {
                case ')':
                    end++;
                    return conditions.Count > 0 && !not ? conditions : null;
                case ' ' or '\t':
                    end++;
                    break;
                case 'N' or 'n' when header.AsSpan(end).StartsWith("not", StringComparison.OrdinalIgnoreCase) && !not:
                    not = true;
                    end += 3;
                    break;
                case '<' when Until(header, end, '>') is { } close:
                    conditions.Add(new Condition(not, header[(end + 1)..close], null));
                    (not, end) = (false, close + 1);
                    break;
                case '[' when Until(header, end, ']') is { } close:
                    conditions.Add(new Condition(not, null, header[(end + 1)..close]));
                    (not, end) = (false, close + 1);
                    break;
                default:
                    return null;
            }
        }

        return null;
    }

    private static int? Until(string header, int at, char close) => header.IndexOf(close, at) is > 0 and var end ? end : null;
}
