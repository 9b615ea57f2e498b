namespace Slipway.Edge.Forwarding;

/// <summary>The request's body on its way to the backend: each piece that comes is a sign of life.</summary>
internal sealed class UploadStream(Stream inner, FirstByteTimer timer) : Stream
{
    private bool _begun;

    /// <summary>Whether any of it was taken, so that the request cannot be sent to another backend.</summary>
    public bool HasBegun => _begun;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _begun = true;
        var count = await inner.ReadAsync(buffer, cancellationToken);
        timer.Restart();
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush() => throw new NotSupportedException();
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
