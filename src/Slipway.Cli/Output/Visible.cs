using System.Globalization;

namespace Slipway.Cli.Output;

/// <summary>Values as people read them.</summary>
internal static class Visible
{
    /// <summary>Text of others without the control characters that could move a terminal's cursor; tabs and line ends become spaces.</summary>
    public static string Text(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(c => c is '\n' or '\t' or '\r' ? ' ' : char.IsControl(c) ? '\uFFFD' : c)) : text;

    /// <summary>A log line: colours (SGR sequences) may stay, other control characters may not.</summary>
    public static string LogText(string text)
    {
        if (!text.Any(char.IsControl)) return text;
        var shown = new System.Text.StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\e' && ColourLength(text.AsSpan(i)) is > 0 and var length)
            {
                shown.Append(text, i, length);
                i += length - 1;
            }
            else if (text[i] == '\t' || !char.IsControl(text[i])) shown.Append(text[i]);
            else if (text[i] != '\r') shown.Append('\uFFFD');
        }
        return shown.ToString();
    }

    public static string WithoutColours(string text)
    {
        if (!text.Contains('\e')) return text;
        var shown = new System.Text.StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\e' && ColourLength(text.AsSpan(i)) is > 0 and var length) i += length - 1;
            else shown.Append(text[i]);
        }
        return shown.ToString();
    }

    public static string Shorten(string text, int width) =>
        text.Length <= width ? text : width <= 1 ? "…"[..width] : string.Concat(text.AsSpan(0, width - 1), "…");

    public static string Bytes(long bytes) => bytes switch
    {
        < 1000 => $"{bytes} B",
        < 1_000_000 => Scaled(bytes / 1e3, "kB"),
        < 1_000_000_000 => Scaled(bytes / 1e6, "MB"),
        _ => Scaled(bytes / 1e9, "GB"),
    };

    public static string Seconds(double seconds) => seconds switch
    {
        < 10 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.00} s"),
        < 60 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)seconds / 60} min {(int)seconds % 60} s"),
    };

    /// <summary>How long ago: <c>12 s</c>, <c>5 min</c>, <c>3 h</c>, <c>9 d</c>.</summary>
    public static string Age(DateTimeOffset then, DateTimeOffset now) => (now - then) switch
    {
        { TotalSeconds: < 1 } => "now",
        { TotalMinutes: < 1 } age => $"{(int)age.TotalSeconds} s",
        { TotalHours: < 1 } age => $"{(int)age.TotalMinutes} min",
        { TotalDays: < 1 } age => $"{(int)age.TotalHours} h",
        var age => $"{(int)age.TotalDays} d",
    };

    /// <summary>Local time, to the second.</summary>
    public static string Time(DateTimeOffset at) => at.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    public static string Count(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count.ToString("#,0", CultureInfo.InvariantCulture)} {noun}s";

    private static string Scaled(double value, string unit) =>
        string.Create(CultureInfo.InvariantCulture, $"{(value < 10 ? Math.Round(value, 1) : Math.Round(value)):0.#} {unit}");

    /// <summary>Length of the SGR sequence (<c>ESC [ digits ; … m</c>) that begins here; 0 when none does.</summary>
    private static int ColourLength(ReadOnlySpan<char> text)
    {
        if (text.Length < 3 || text[1] != '[') return 0;
        var end = text[2..].IndexOfAnyExcept("0123456789;:");
        return end >= 0 && text[2 + end] == 'm' ? end + 3 : 0;
    }
}
