using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Slipway.Contracts.Runner;

/// <param name="Payload">Valid until the next read on the same <see cref="FrameStream"/>.</param>
public readonly record struct Frame(FrameType Type, ReadOnlyMemory<byte> Payload);

/// <summary>
/// Frames on a byte stream: one byte of type, four of length (big endian), then the payload, at most
/// <see cref="MaxPayload"/> bytes. One reader and any number of writers at a time.
/// </summary>
public sealed class FrameStream(Stream stream) : IAsyncDisposable
{
    public const int MaxPayload = 1 << 20;

    private readonly SemaphoreSlim _writing = new(1, 1);
    private byte[] _buffer = new byte[4096];

    /// <returns>Null at the end of the stream.</returns>
    /// <exception cref="InvalidDataException">The peer does not speak this protocol.</exception>
    public async ValueTask<Frame?> ReadAsync(CancellationToken cancel)
    {
        var header = new byte[5];
        var got = await stream.ReadAtLeastAsync(header, 5, throwOnEndOfStream: false, cancel);
        if (got == 0) return null;
        var length = got == 5 ? BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(1)) : -1;
        if (length is < 0 or > MaxPayload || header[0] > (byte)FrameType.Event)
            throw new InvalidDataException($"Not a frame: {Convert.ToHexStringLower(header.AsSpan(0, got))}.");
        if (_buffer.Length < length) _buffer = new byte[length];
        await stream.ReadExactlyAsync(_buffer.AsMemory(0, length), cancel);
        return new Frame((FrameType)header[0], _buffer.AsMemory(0, length));
    }

    public async ValueTask WriteAsync(FrameType type, ReadOnlyMemory<byte> payload, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payload.Length, MaxPayload);
        var rented = ArrayPool<byte>.Shared.Rent(5 + payload.Length);
        await _writing.WaitAsync(cancel);
        try
        {
            rented[0] = (byte)type;
            BinaryPrimitives.WriteInt32BigEndian(rented.AsSpan(1), payload.Length);
            payload.CopyTo(rented.AsMemory(5));
            await stream.WriteAsync(rented.AsMemory(0, 5 + payload.Length), cancel);
            await stream.FlushAsync(cancel);
        }
        finally
        {
            _writing.Release();
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    public ValueTask WriteJsonAsync<T>(FrameType type, T value, JsonTypeInfo<T> json, CancellationToken cancel) =>
        WriteAsync(type, JsonSerializer.SerializeToUtf8Bytes(value, json), cancel);

    public ValueTask DisposeAsync()
    {
        _writing.Dispose();
        return stream.DisposeAsync();
    }
}
