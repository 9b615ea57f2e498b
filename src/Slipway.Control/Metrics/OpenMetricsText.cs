using System.Globalization;
using System.Text;

namespace Slipway.Control.Metrics;

/// <summary>
/// Text of OpenMetrics 1.0: families one after another, each with its type, unit and help before its samples. Names and labels are
/// written here as the standard wants them, so that whoever adds a number cannot get it wrong.
/// </summary>
internal sealed class OpenMetricsText
{
    public const string ContentType = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private readonly StringBuilder _text = new();

    /// <summary>Begins a family; the calls that follow add to it.</summary>
    /// <param name="type">counter, gauge, histogram, info</param>
    /// <param name="unit">The end of the name as well; null for numbers of things.</param>
    public Family Add(string name, string type, string? unit, string help)
    {
        _text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
        if (unit is not null) _text.Append("# UNIT ").Append(name).Append(' ').Append(unit).Append('\n');
        _text.Append("# HELP ").Append(name).Append(' ').Append(help).Append('\n');
        return new Family(_text, name);
    }

    public string End() => _text.Append("# EOF\n").ToString();

    internal readonly struct Family(StringBuilder text, string name)
    {
        /// <param name="suffix">_total of a counter, _info; nothing of a gauge.</param>
        public void Sample(string suffix, double value, params ReadOnlySpan<(string Name, string Value)> labels)
        {
            text.Append(name).Append(suffix);
            Labels(labels);
            text.Append(' ').Append(Number(value)).Append('\n');
        }

        /// <param name="buckets">Upper end and how many are at most that; the one without an end is the count itself.</param>
        public void Histogram(IEnumerable<(double End, long Count)> buckets, long count, double sum, params (string Name, string Value)[] labels)
        {
            foreach (var (end, within) in buckets) Sample("_bucket", within, [.. labels, ("le", Number(end, point: true))]);
            Sample("_bucket", count, [.. labels, ("le", "+Inf")]);
            Sample("_count", count, labels);
            Sample("_sum", sum, labels);
        }

        private void Labels(ReadOnlySpan<(string Name, string Value)> labels)
        {
            if (labels.Length == 0) return;
            var separator = '{';
            foreach (var (label, value) in labels)
            {
                text.Append(separator).Append(label).Append("=\"").Append(value.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n")).Append('"');
                separator = ',';
            }

            text.Append('}');
        }

        private static string Number(double value, bool point = false)
        {
            var number = value.ToString("R", CultureInfo.InvariantCulture);
            return point && number.All(char.IsAsciiDigit) ? number + ".0" : number;
        }
    }
}
