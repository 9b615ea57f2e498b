using System.Globalization;
using System.Text;
using Slipway.Contracts.Api;

namespace Slipway.Control.Dashboard;

/// <summary>A line of a chart.</summary>
/// <param name="Tone">Its colour: a class of the style sheet.</param>
internal sealed record ChartLine(string Name, string Tone, Func<MetricPoint, double?> Value);

/// <summary>
/// Numbers over time as SVG in the page itself. The picture stretches to its place, and what must not be stretched, the words, is
/// beside it. Where nothing is known there is no line.
/// </summary>
internal static class Chart
{
    private const int Width = 1000, Height = 120;

    /// <param name="sum">What it comes to, in words.</param>
    /// <param name="text">Of a value on the axis.</param>
    /// <param name="limit">What it can be at most, drawn as a line where it is near.</param>
    public static Html Draw(string title, string sum, AppMetrics metrics, IReadOnlyList<MetricPoint> points, Func<double, string> text, IReadOnlyList<ChartLine> lines, double? limit = null)
    {
        var most = points.SelectMany(point => lines.Select(line => line.Value(point))).Max() ?? 0;
        if (limit is { } known && most > known / 2) most = Math.Max(most, known);
        var top = Nice(most);
        return Html.Of($"""
            <figure class="chart">
              <figcaption><b>{title}</b> <span class="muted">{sum}</span>{Html.If(lines.Count > 1, $"""<span class="key">{lines.Select(line => Html.Of($"""<i class="{line.Tone}">{line.Name}</i>"""))}</span>""")}</figcaption>
              <div class="plot">
                <span class="top-value">{text(top)}</span>
                <svg viewBox="0 0 {Width} {Height}" preserveAspectRatio="none" role="img" aria-label="{title}: {sum}">
                  <path class="grid" d="M0 1H{Width}M0 {Height / 2}H{Width}M0 {Height - 1}H{Width}"/>
                  {Html.If(limit <= top, $"""<path class="limit" d="M0 {Y(limit ?? 0, top)}H{Width}"/>""")}
                  {Html.If(lines.Count == 1, $"""<path class="area {lines[0].Tone}" d="{Path(metrics, points, lines[0], top, isArea: true)}"/>""")}
                  {lines.Select(line => Html.Of($"""<path class="line {line.Tone}" d="{Path(metrics, points, line, top, isArea: false)}"/>"""))}
                </svg>
              </div>
            </figure>
            """);
    }

    /// <summary>Without words: as wide as a thumb.</summary>
    public static Html Spark(AppMetrics metrics, IReadOnlyList<MetricPoint> points, ChartLine line)
    {
        var top = Nice(points.Max(line.Value) ?? 0);
        return Html.Of($"""
            <svg class="spark" viewBox="0 0 {Width} {Height}" preserveAspectRatio="none" aria-hidden="true"><path class="area {line.Tone}" d="{Path(metrics, points, line, top, isArea: true)}"/><path class="line {line.Tone}" d="{Path(metrics, points, line, top, isArea: false)}"/></svg>
            """);
    }

    private static string Path(AppMetrics metrics, IReadOnlyList<MetricPoint> points, ChartLine line, double top, bool isArea)
    {
        var path = new StringBuilder();
        var length = Math.Max(1, (metrics.To - metrics.From).TotalSeconds);
        var run = new List<(double X, int Y)>();
        DateTimeOffset? last = null;
        foreach (var point in points)
        {
            if (line.Value(point) is not { } value) continue;
            if (last is { } before && (point.At - before).TotalSeconds > metrics.Step) End();
            run.Add((X(point.At), Y(value, top)));
            last = point.At;
        }

        End();
        return path.ToString();

        double X(DateTimeOffset at) => Math.Round((at - metrics.From).TotalSeconds / length * Width, 1);

        void End()
        {
            if (run.Count == 0) return;
            // Up to the end of its last point's time, so that one alone is seen as well.
            run.Add((Math.Min(Width, run[^1].X + Math.Round(metrics.Step / length * Width, 1)), run[^1].Y));
            path.Append(isArea ? Text($"M{run[0].X} {Height}L") : "M");
            path.AppendJoin('L', run.Select(one => Text($"{one.X} {one.Y}")));
            if (isArea) path.Append(Text($"L{run[^1].X} {Height}Z"));
            run.Clear();
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static int Y(double value, double top) => Height - 1 - (int)Math.Round(Math.Clamp(value / top, 0, 1) * (Height - 2));

    /// <summary>The next of 1, 2, 2.5 and 5 times a power of ten; of what is as large as bytes, of two.</summary>
    private static double Nice(double most)
    {
        if (most <= 0) return 1;
        if (most >= 1 << 20) return Scaled(1L << (int)Math.Floor(Math.Log2(most)), [1, 1.25, 1.5, 1.75, 2]);
        return Scaled(Math.Pow(10, Math.Floor(Math.Log10(most))), [1, 2, 2.5, 5, 10]);

        double Scaled(double unit, double[] steps) => steps.Select(step => step * unit).First(end => end >= most * 0.9999);
    }
}
