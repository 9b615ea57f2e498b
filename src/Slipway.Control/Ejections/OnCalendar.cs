using System.Globalization;
using Slipway.Control.Cron;

namespace Slipway.Control.Ejections;

/// <summary>A cron schedule in systemd's words: <c>*-*-* 03:30:00 Europe/Berlin</c>.</summary>
internal static class OnCalendar
{
    private static readonly string[] Days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    private static readonly string[] Months = ["", "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

    /// <returns>Null for what systemd has no words for: the last Friday of a month.</returns>
    public static string? Of(CronEntry entry)
    {
        var line = entry.Schedule switch
        {
            "@hourly" => "0 * * * *",
            "@daily" or "@midnight" => "0 0 * * *",
            "@weekly" => "0 0 * * 0",
            "@monthly" => "0 0 1 * *",
            "@yearly" or "@annually" => "0 0 1 1 *",
            var other => other,
        };
        if (line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries) is not [var minute, var hour, var day, var month, var weekday]) return null;
        if (Field(minute, 0, 59, []) is not { } minutes || Field(hour, 0, 23, []) is not { } hours || Field(day, 1, 31, []) is not { } days
            || Field(month, 1, 12, Months) is not { } months || Field(weekday, 0, 7, Days) is not { } weekdays) return null;
        var on = weekdays == "*" ? "" : string.Join(',', weekdays.Split(',').Select(one => Days[int.Parse(one, CultureInfo.InvariantCulture)]).Distinct()) + " ";
        return $"{on}*-{months}-{days} {hours}:{minutes}:00 {entry.TimeZone}";
    }

    private static string? Field(string text, int least, int most, string[] names)
    {
        if (text is "*" or "?") return "*";
        var all = new SortedSet<int>();
        foreach (var part in text.Split(','))
        {
            var (range, step) = part.Split('/') is [var before, var by] && int.TryParse(by, NumberStyles.None, CultureInfo.InvariantCulture, out var every) && every > 0 ? (before, every) : (part, 0);
            var ends = range == "*" ? [least, most] : range.Split('-').Select(end => Number(end, names)).ToArray();
            if (ends is not ([>= 0] or [>= 0, >= 0]) || ends[0] < least || ends[^1] > most) return null;
            // '5/10' begins at five and goes on to the end, '5' is five alone.
            for (var one = ends[0]; one <= (ends.Length == 1 && step > 0 ? most : ends[^1]); one += Math.Max(1, step)) all.Add(one);
        }

        return all.Count == 0 ? null : string.Join(',', all.Select(one => one.ToString("00", CultureInfo.InvariantCulture)));
    }

    private static int Number(string text, string[] names) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : Array.FindIndex(names, name => name.Equals(text, StringComparison.OrdinalIgnoreCase));
}
