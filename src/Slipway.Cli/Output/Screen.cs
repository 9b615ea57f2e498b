using System.Text;
using Slipway.Cli.Terminals;

namespace Slipway.Cli.Output;

/// <summary>Where the command writes. Colours and drawing in place happen on a terminal only.</summary>
internal sealed class Screen : IDisposable
{
    private const int WidthWithoutTerminal = int.MaxValue;

    private readonly int? _width;
    private readonly bool _outColour;
    private readonly bool _errorColour;

    /// <param name="width">Columns to fill; null for the terminal's own.</param>
    public Screen(int? width = null)
    {
        _width = width;
        // Not Console.Out: that one takes hold of the terminal's modes, which `slipway run` sets itself.
        Out = new StreamWriter(new OutputStream(Tty.StandardOutput), new UTF8Encoding(false)) { AutoFlush = true, NewLine = "\n" };
        Error = new StreamWriter(new OutputStream(Tty.StandardError, ignoreBrokenPipe: true), new UTF8Encoding(false)) { AutoFlush = true, NewLine = "\n" };
        var dumb = Environment.GetEnvironmentVariable("TERM") is "dumb";
        IsTerminal = Tty.IsTerminal(Tty.StandardOutput) && !dumb;
        var colours = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && !dumb;
        _outColour = IsTerminal && colours;
        _errorColour = Tty.IsTerminal(Tty.StandardError) && colours;
    }

    public TextWriter Out { get; }

    public TextWriter Error { get; }

    /// <summary>Standard output is a terminal, so lines may be drawn over.</summary>
    public bool IsTerminal { get; }

    /// <summary>Somebody sits there who can answer a question.</summary>
    public bool CanAsk => Tty.IsTerminal(Tty.StandardInput) && Tty.IsTerminal(Tty.StandardError);

    /// <summary>Columns of the terminal; without limit when the output goes to a file or a program.</summary>
    public int Width =>
        _width ?? (int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), out var columns) && columns > 0 ? columns
        : IsTerminal && Tty.Size(Tty.StandardOutput) is { Columns: > 0 } size ? size.Columns
        : WidthWithoutTerminal);

    public void Line(string text = "") => Out.WriteLine(text);

    /// <summary>A remark beside the command's result: not in the way of a script that reads it.</summary>
    public void Note(string text) => Error.WriteLine(text);

    public string Bold(string text) => Paint("1", text, _outColour);

    public string Dim(string text) => Paint("2", text, _outColour);

    public string Green(string text) => Paint("32", text, _outColour);

    public string Yellow(string text) => Paint("33", text, _outColour);

    public string Red(string text) => Paint("31", text, _outColour);

    public string Cyan(string text) => Paint("36", text, _outColour);

    public string ErrorRed(string text) => Paint("1;31", text, _errorColour);

    public string ErrorBold(string text) => Paint("1", text, _errorColour);

    public string ErrorDim(string text) => Paint("2", text, _errorColour);

    public void Dispose()
    {
        Out.Dispose();
        Error.Dispose();
    }

    private static string Paint(string code, string text, bool colour) => colour && text.Length > 0 ? $"\e[{code}m{text}\e[0m" : text;
}
