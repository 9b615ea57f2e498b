using System.Globalization;

namespace Slipway.Bench;

internal static class Table
{
    public static void Print(IReadOnlyList<Result> results)
    {
        string[][] lines =
        [
            ["", "what", "Slipway", "baseline", "ratio", "aim", "baseline is"],
            .. results.Select(r => new[] { r.Row, r.What, Value(r.Slipway, r.Unit), Value(r.Beside, r.Unit), r.Ratio.ToString("0.00", CultureInfo.InvariantCulture) + "×", r.Aim, r.Baseline }),
        ];
        var widths = Enumerable.Range(0, lines[0].Length).Select(column => lines.Max(line => line[column].Length)).ToArray();
        foreach (var (line, index) in lines.Select((line, index) => (line, index)))
        {
            Console.WriteLine("| " + string.Join(" | ", line.Select((cell, column) => column is 2 or 3 or 4 ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]))) + " |");
            if (index == 0) Console.WriteLine("|" + string.Join("|", widths.Select(width => new string('-', width + 2))) + "|");
        }
    }

    private static string Value(double value, string unit) =>
        value.ToString(unit is "s" ? "0.00" : unit is "ms" ? "0.0" : "0", CultureInfo.InvariantCulture) + " " + unit;
}
