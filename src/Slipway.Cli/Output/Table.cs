namespace Slipway.Cli.Output;

/// <param name="Keep">Columns with a smaller number are shortened first when the terminal is too narrow; 0 is the least important.</param>
internal readonly record struct Column(string Title, int Keep = 1, bool Right = false);

/// <summary>Rows in aligned columns without borders, so that awk and people read them alike.</summary>
internal sealed class Table(params Column[] columns)
{
    private const string Gap = "  ";
    private const int NarrowestColumn = 4;

    private readonly List<string[]> _rows = [];
    private readonly List<Func<string, string>?> _paint = [];

    public int Count => _rows.Count;

    public void Add(params string?[] cells) => Add(null, cells);

    /// <param name="paint">Colours the row after its widths are settled.</param>
    public void Add(Func<string, string>? paint, params string?[] cells)
    {
        _rows.Add([.. cells.Select(cell => Visible.Text(cell ?? ""))]);
        _paint.Add(paint);
    }

    public void Write(Screen screen)
    {
        var widths = Fit(screen.Width);
        screen.Line(screen.Dim(Render([.. columns.Select(c => c.Title)], widths)));
        foreach (var (row, paint) in _rows.Zip(_paint))
        {
            var line = Render(row, widths);
            screen.Line(paint is null ? line : paint(line));
        }
    }

    /// <summary>The widths of the columns, natural where they fit.</summary>
    private int[] Fit(int room)
    {
        var widths = columns.Select((c, i) => Math.Max(c.Title.Length, _rows.Select(r => r[i].Length).DefaultIfEmpty().Max())).ToArray();
        var excess = widths.Sum(w => (long)w) + Gap.Length * (columns.Length - 1) - room;
        foreach (var i in Enumerable.Range(0, columns.Length).OrderBy(i => columns[i].Keep).ThenByDescending(i => widths[i]))
        {
            if (excess <= 0) break;
            var given = (int)Math.Min(excess, Math.Max(0, widths[i] - Math.Max(NarrowestColumn, columns[i].Title.Length)));
            widths[i] -= given;
            excess -= given;
        }
        return widths;
    }

    private string Render(string[] cells, int[] widths) =>
        string.Join(Gap, cells.Select((cell, i) =>
        {
            var text = Visible.Shorten(cell, widths[i]);
            return columns[i].Right ? text.PadLeft(widths[i]) : text.PadRight(widths[i]);
        })).TrimEnd();
}
