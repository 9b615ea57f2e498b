using System.Globalization;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;

namespace Slipway.Control.Api.Lists;

/// <param name="Value">As the caller wrote it; the attribute that it is of says what it means.</param>
/// <param name="Excluded">Written with a <c>]</c> before it: what has this very value is not in the range.</param>
internal readonly record struct RangeEnd(string Value, bool Excluded);

/// <summary>
/// Heroku's <c>Range: version ]3..9; max=10, order=desc</c>: an attribute, the least and the greatest value, how many at
/// most, and the order; null where the caller names none. Every part may be left out.
/// </summary>
internal sealed record ListRange(string? Attribute, RangeEnd? From, RangeEnd? To, int Max, bool? Descending)
{
    private const int Default = 200;
    private const int Most = 1000;
    private const int Longest = 500;

    /// <exception cref="SlipwayException">416: it is not a range.</exception>
    public static ListRange Parse(string header)
    {
        if (header.Length > Longest) throw NotSatisfiable(header, $"It is longer than {Longest} characters.");
        var (max, descending) = (Default, (bool?)null);
        var end = header.IndexOf(';');
        foreach (var option in end < 0 ? [] : header[(end + 1)..].Split([',', ';'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            switch (option.Split('=', 2, StringSplitOptions.TrimEntries))
            {
                case ["max", var text] when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var asked) && asked > 0:
                    max = Math.Min(asked, Most);
                    break;
                case ["order", "asc" or "desc"]:
                    descending = option.EndsWith("desc", StringComparison.Ordinal);
                    break;
                default:
                    throw NotSatisfiable(header, $"{TypedName.Quote(option)} is not an option of a range: there are max=1 to {Most} and order=asc or desc.");
            }
        }

        var (attribute, from, to) = Values(header, (end < 0 ? header : header[..end]).Trim());
        return new ListRange(attribute, from, to, max, descending);
    }

    public static SlipwayException NotSatisfiable(string header, string why) =>
        new(416, new SlipwayError("requested_range_not_satisfiable", $"{TypedName.Quote(header)} is not a range of this list.")
        {
            Why = why,
            Next = "Range: id ..; max=100, order=desc",
        });

    private static (string? Attribute, RangeEnd? From, RangeEnd? To) Values(string header, string text)
    {
        if (text.Length == 0) return (null, null, null);
        var space = text.IndexOf(' ');
        var attribute = space < 0 ? text : text[..space];
        var values = space < 0 ? ".." : text[(space + 1)..];
        var dots = values.IndexOf("..", StringComparison.Ordinal);
        if (dots < 0) throw NotSatisfiable(header, "Between the least and the greatest value are two dots; either may be left out.");
        return (attribute, End(values[..dots]), End(values[(dots + 2)..]));
    }

    private static RangeEnd? End(string text)
    {
        text = text.Trim();
        var excluded = text.StartsWith(']');
        if (excluded) text = text[1..].Trim();
        return text.Length == 0 ? null : new RangeEnd(text, excluded);
    }
}
