using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Slipway.Tests;

/// <summary>A span as it came over the wire.</summary>
/// <param name="Parent">Null for the root of a trace.</param>
/// <param name="Error">Message of its status; null where it is none of an error.</param>
internal sealed record ReceivedSpan(string Trace, string Id, string? Parent, string Name, ulong Start, ulong End, IReadOnlyDictionary<string, string> Attributes, string? Error);

/// <summary>Takes what OpenTelemetry exporters send over HTTP, and reads as much of its protobuf as a story asks about.</summary>
internal sealed class OtlpReceiver : IDisposable
{
    private readonly HttpListener _listener = new();

    public OtlpReceiver()
    {
        using (var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            Endpoint = $"http://127.0.0.1:{((IPEndPoint)socket.LocalEndPoint!).Port}";
        }

        _listener.Prefixes.Add(Endpoint + "/");
        _listener.Start();
        _ = TakeAsync();
    }

    public string Endpoint { get; }

    public ConcurrentQueue<ReceivedSpan> Spans { get; } = new();

    /// <summary>Of each request: its path and the header <c>api-key</c>.</summary>
    public ConcurrentQueue<(string Path, string? Key)> Requests { get; } = new();

    /// <summary>Attributes of who sent it.</summary>
    public ConcurrentDictionary<string, string> Resource { get; } = new();

    /// <summary>What could not be read.</summary>
    public Exception? Trouble { get; private set; }

    public void Dispose() => _listener.Close();

    private async Task TakeAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                using var body = new MemoryStream();
                await context.Request.InputStream.CopyToAsync(body);
                Read(body.ToArray());
                Requests.Enqueue((context.Request.RawUrl!, context.Request.Headers["api-key"]));
                context.Response.ContentType = "application/x-protobuf";
                context.Response.Close();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            catch (Exception e)
            {
                Trouble = e;
                return;
            }
        }
    }

    private void Read(byte[] request)
    {
        foreach (var resourceSpans in Fields(request).Where(field => field.Number == 1))
        {
            foreach (var field in Fields(resourceSpans.Bytes))
            {
                if (field.Number == 1)
                {
                    foreach (var (key, value) in Attributes(field.Bytes, 1)) Resource[key] = value;
                }
                else if (field.Number == 2)
                {
                    foreach (var span in Fields(field.Bytes).Where(one => one.Number == 2)) Spans.Enqueue(SpanOf(span.Bytes));
                }
            }
        }
    }

    private static ReceivedSpan SpanOf(ReadOnlyMemory<byte> bytes)
    {
        var fields = Fields(bytes).ToLookup(field => field.Number);
        string? Hex(int number) => fields[number].Select(field => Convert.ToHexStringLower(field.Bytes.Span)).FirstOrDefault(text => text.Length > 0);
        var status = fields[15].Select(field => Fields(field.Bytes).ToLookup(one => one.Number)).FirstOrDefault();
        var isError = status?[3].Any(code => code.Value == 2) == true;
        return new ReceivedSpan(
            Hex(1)!, Hex(2)!, Hex(4), Text(fields[5].Single().Bytes), fields[7].Single().Value, fields[8].Single().Value, Attributes(bytes, 9).ToDictionary(),
            isError ? status![2].Select(message => Text(message.Bytes)).FirstOrDefault("") : null);
    }

    private static IEnumerable<KeyValuePair<string, string>> Attributes(ReadOnlyMemory<byte> message, int number)
    {
        foreach (var attribute in Fields(message).Where(field => field.Number == number))
        {
            var pair = Fields(attribute.Bytes).ToLookup(field => field.Number);
            var value = Fields(pair[2].Single().Bytes).Single();
            yield return KeyValuePair.Create(Text(pair[1].Single().Bytes), value.Number == 1 ? Text(value.Bytes) : value.Value.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    /// <summary>Of a protobuf message: number and value, which is a number or bytes.</summary>
    private static IEnumerable<(int Number, ulong Value, ReadOnlyMemory<byte> Bytes)> Fields(ReadOnlyMemory<byte> message)
    {
        for (var at = 0; at < message.Length;)
        {
            var tag = Varint(message.Span, ref at);
            var number = (int)(tag >> 3);
            switch (tag & 7)
            {
                case 0:
                    yield return (number, Varint(message.Span, ref at), default);
                    break;
                case 1:
                    yield return (number, BinaryPrimitives.ReadUInt64LittleEndian(message.Span[at..]), default);
                    at += 8;
                    break;
                case 2:
                    var length = (int)Varint(message.Span, ref at);
                    yield return (number, 0, message.Slice(at, length));
                    at += length;
                    break;
                case 5:
                    yield return (number, BinaryPrimitives.ReadUInt32LittleEndian(message.Span[at..]), default);
                    at += 4;
                    break;
                default:
                    throw new InvalidDataException($"a field of type {tag & 7}");
            }
        }
    }

    private static ulong Varint(ReadOnlySpan<byte> bytes, ref int at)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = bytes[at++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80) return value;
        }
    }
}
