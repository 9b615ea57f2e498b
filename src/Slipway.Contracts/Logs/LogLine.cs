using System.Globalization;

namespace Slipway.Contracts.Logs;

/// <summary>
/// One line of a log file, in the form that conmon writes (Kubernetes' CRI log format):
/// <c>2026-11-23T15:04:05.123456789+00:00 stdout F text</c>. The edge writes its access log in the same form,
/// so that one reader merges them all.
/// </summary>
/// <param name="At">When it was written.</param>
/// <param name="Stream"><c>stdout</c> or <c>stderr</c>.</param>
/// <param name="Partial">The line goes on in the next record (conmon splits what is longer than its buffer).</param>
public readonly record struct LogLine(DateTimeOffset At, string Stream, bool Partial, string Text)
{
    public static bool TryParse(ReadOnlySpan<char> record, out LogLine line)
    {
        line = default;
        var first = record.IndexOf(' ');
        if (first <= 0 || !DateTimeOffset.TryParse(record[..first], CultureInfo.InvariantCulture, DateTimeStyles.None, out var at)) return false;
        var rest = record[(first + 1)..];
        var second = rest.IndexOf(' ');
        if (second <= 0 || rest.Length < second + 2) return false;
        var text = rest.Length > second + 3 ? rest[(second + 3)..] : [];
        line = new LogLine(at, rest[..second] is "stderr" ? "stderr" : "stdout", rest[second + 1] == 'P', text.ToString());
        return true;
    }

    /// <summary>The record without its line end; line ends inside <see cref="Text"/> become spaces.</summary>
    public override string ToString() =>
        $"{At.ToUniversalTime():yyyy-MM-ddTHH:mm:ss.ffffff}+00:00 {Stream} {(Partial ? 'P' : 'F')} {Text.ReplaceLineEndings(" ")}";
}
