using System.Globalization;
using System.Text;
using Slipway.Contracts.Api;

namespace Slipway.Control.Transfers;

/// <summary>What a transfer has to say, a line each with its time. Bounded: a dump with an error a row must not fill the store.</summary>
internal sealed class TransferLog(TimeProvider time)
{
    private const int MaxLines = 500;

    private readonly StringBuilder _text = new();
    private int _lines;

    /// <summary>Errors that were gone on after.</summary>
    public int Warnings { get; set; }

    public string Text => _text.ToString();

    public void Add(string line)
    {
        if (++_lines <= MaxLines) _text.Append(Line(time.GetUtcNow(), line));
    }

    public static string Line(DateTimeOffset at, string text) => $"{at.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ} {text.ReplaceLineEndings(" ")}\n";

    public static IReadOnlyList<TransferLine> Parse(string log) =>
        [.. log.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ', 2))
            .Select(parts => new TransferLine(DateTimeOffset.Parse(parts[0], CultureInfo.InvariantCulture), "info", parts.Length > 1 ? parts[1] : ""))];
}
