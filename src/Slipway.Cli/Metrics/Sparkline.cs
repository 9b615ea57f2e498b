using System.Text;

namespace Slipway.Cli.Metrics;

/// <summary>Numbers over time as a line of blocks of eight heights; where nothing is known it is blank.</summary>
internal static class Sparkline
{
    private const string Blocks = "▁▂▃▄▅▆▇█";

    public static string Draw(IEnumerable<double?> values)
    {
        var all = values.ToList();
        var most = all.Max() ?? 0;
        var line = new StringBuilder(all.Count);
        foreach (var value in all)
            line.Append(value is not { } known ? ' ' : most <= 0 ? Blocks[0] : Blocks[(int)Math.Round(Math.Max(0, known) / most * (Blocks.Length - 1))]);
        return line.ToString();
    }
}
