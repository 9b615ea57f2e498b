using System.Text;

namespace Slipway.Control.Logs;

/// <summary>Cuts a stream of bytes, as it comes in frames, into lines of text.</summary>
internal sealed class LineSplitter(Func<string, ValueTask> line)
{
    private const int LongestLine = 64 * 1024;

    private readonly MemoryStream _begun = new();

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var end = bytes.Span.IndexOf((byte)'\n');
            _begun.Write(bytes.Span[..(end < 0 ? bytes.Length : end)]);
            bytes = bytes[(end < 0 ? bytes.Length : end + 1)..];
            if (end >= 0 || _begun.Length > LongestLine) await FlushAsync();
        }
    }

    /// <summary>What was begun without a line end.</summary>
    public ValueTask EndAsync() => _begun.Length == 0 ? ValueTask.CompletedTask : FlushAsync();

    private ValueTask FlushAsync()
    {
        var text = Encoding.UTF8.GetString(_begun.GetBuffer(), 0, (int)_begun.Length).TrimEnd('\r');
        _begun.SetLength(0);
        return line(text);
    }
}
