using System.Buffers;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Slipway.Contracts.Logs;

namespace Slipway.Control.Logs;

/// <summary>
/// One file of an app's log and how far it was read. It is open only while it is read, so any number of old files cost
/// nothing. Only whole records are taken; one that is still being written is read the next time.
/// </summary>
internal sealed class LogFile(string path)
{
    private const int Block = 64 * 1024;
    private const int LongestLine = 64 * 1024;

    /// <summary>A file is known again by its beginning, which holds the time of its first line: names move from file to file.</summary>
    private const int HeadBytes = 64;

    private readonly string _origin = OriginOf(path);
    private readonly StringBuilder _begun = new();
    private byte[] _head = [];

    /// <summary>Changes when the file is set aside under another name.</summary>
    public string Path { get; set; } = path;

    public string Origin => _origin;

    public bool IsRouters => _origin == SourcedLine.Router;

    /// <summary>Byte at which the next read begins.</summary>
    public long Position { get; set; }

    /// <summary>Whose lines a file holds: <c>web.1.INSTANCE.log</c> is <c>web.1</c>'s.</summary>
    public static string OriginOf(string path)
    {
        var name = System.IO.Path.GetFileName(path);
        name = name[..name.LastIndexOf(".log", StringComparison.Ordinal)]; // the last: an app may be called logbook
        var dot = name.LastIndexOf('.');
        return dot < 0 ? name : name[..dot];
    }

    /// <summary>The last records of the file, at most <paramref name="max"/> and a little, read from its end; the next read begins after them.</summary>
    public void ReadLast(int max, Action<SourcedLine> take)
    {
        Position = 0;
        try
        {
            using var file = Open();
            IsSame(file);
            var end = EndOfLastRecord(file, RandomAccess.GetLength(file));
            Position = StartOfLast(file, end, max);
            Read(file, end, take);
        }
        catch (FileNotFoundException)
        {
            return; // removed since it was listed
        }
    }

    /// <summary>What was written since the last read.</summary>
    /// <returns>False when another file has the name now, or none.</returns>
    public bool ReadNew(Action<SourcedLine> take)
    {
        try
        {
            using var file = Open();
            if (!IsSame(file)) return false;
            Read(file, EndOfLastRecord(file, RandomAccess.GetLength(file)), take);
            return true;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }

    private bool IsSame(SafeFileHandle file)
    {
        var head = new byte[HeadBytes];
        var got = RandomAccess.Read(file, head, 0);
        if (RandomAccess.GetLength(file) < Position || !head.AsSpan(0, got).StartsWith(_head)) return false;
        _head = head[..got];
        return true;
    }

    private SafeFileHandle Open() => File.OpenHandle(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    private void Read(SafeFileHandle file, long end, Action<SourcedLine> take)
    {
        // Rented: what is this large and made anew for each read has the collector go through all memory.
        var buffer = ArrayPool<byte>.Shared.Rent(Block);
        var text = ArrayPool<char>.Shared.Rent(Block);
        try
        {
            while (Position < end)
            {
                var wanted = (int)Math.Min(buffer.Length, end - Position);
                var got = RandomAccess.Read(file, buffer.AsSpan(0, wanted), Position);
                var whole = buffer.AsSpan(0, got).LastIndexOf((byte)'\n') + 1;
                if (whole == 0)
                {
                    if (got < wanted || got < buffer.Length) break;
                    Grow(ref buffer); // a record longer than the buffer
                    Grow(ref text);
                    continue;
                }

                var length = Encoding.UTF8.GetChars(buffer.AsSpan(0, whole), text);
                foreach (var record in text.AsSpan(0, length).EnumerateLines()) Add(record, take);
                Position += whole;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            ArrayPool<char>.Shared.Return(text);
        }
    }

    private static void Grow<T>(ref T[] rented)
    {
        var larger = ArrayPool<T>.Shared.Rent(rented.Length * 2);
        ArrayPool<T>.Shared.Return(rented);
        rented = larger;
    }

    // A long line comes in several records; it is one line again here.
    private void Add(ReadOnlySpan<char> record, Action<SourcedLine> take)
    {
        if (!LogLine.TryParse(record, out var line)) return;
        if (line.Partial && _begun.Length + line.Text.Length < LongestLine)
        {
            _begun.Append(line.Text);
            return;
        }

        var text = _begun.Length == 0 ? line.Text : _begun.Append(line.Text).ToString();
        _begun.Clear();
        take(SourcedLine.Of(line.At, _origin, text));
    }

    private static long EndOfLastRecord(SafeFileHandle file, long length) => LineEnds(file, length).FirstOrDefault(-1) + 1;

    private static long StartOfLast(SafeFileHandle file, long end, int max) => LineEnds(file, end).Skip(max).FirstOrDefault(-1) + 1;

    /// <summary>Where line ends are, from the last one to the first.</summary>
    private static IEnumerable<long> LineEnds(SafeFileHandle file, long end)
    {
        var buffer = new byte[Block];
        while (end > 0)
        {
            var start = Math.Max(0, end - buffer.Length);
            var got = RandomAccess.Read(file, buffer.AsSpan(0, (int)(end - start)), start);
            for (var at = got; (at = buffer.AsSpan(0, at).LastIndexOf((byte)'\n')) >= 0;) yield return start + at;
            end = start;
        }
    }
}
