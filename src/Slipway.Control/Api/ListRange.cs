using System.Globalization;

namespace Slipway.Control.Api;

/// <summary>
/// Heroku's <c>Range: version ..; max=10, order=desc</c> on lists: a greatest count and an order. Ranges of values are not
/// offered.
/// </summary>
internal readonly record struct ListRange(int Max, bool Descending)
{
    private const int Default = 200;
    private const int Most = 1000;

    public static ListRange Of(HttpContext context)
    {
        var max = Default;
        var descending = false;
        foreach (var part in context.Request.Headers.Range.ToString().Split([';', ','], StringSplitOptions.TrimEntries))
        {
            if (part.StartsWith("max=", StringComparison.Ordinal) && int.TryParse(part.AsSpan(4), CultureInfo.InvariantCulture, out var asked))
                max = Math.Clamp(asked, 1, Most);
            if (part == "order=desc") descending = true;
        }

        return new ListRange(max, descending);
    }
}
