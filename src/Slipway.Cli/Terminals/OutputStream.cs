using System.Runtime.InteropServices;

namespace Slipway.Cli.Terminals;

/// <summary>
/// Descriptor 1 or 2 written as it is. <see cref="Console"/>'s streams set up the terminal when first used, and keep silent
/// when the reader of a pipe goes away, so that <c>slipway logs -f | head</c> would never end.
/// </summary>
/// <param name="ignoreBrokenPipe">Nobody reads any more: go on, for remarks that nobody waits for; else an <see cref="IOException"/>.</param>
internal sealed partial class OutputStream(int descriptor, bool ignoreBrokenPipe = false) : Stream
{
    /// <summary>EPIPE: the <see cref="Exception.HResult"/> of the exception when the reader is gone.</summary>
    public const int BrokenPipe = 32;

    private const int Interrupted = 4;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var written = write(descriptor, in MemoryMarshal.GetReference(buffer), (nuint)buffer.Length);
            if (written >= 0) buffer = buffer[(int)written..];
            else if (Marshal.GetLastPInvokeError() is not Interrupted and var error)
            {
                if (ignoreBrokenPipe && error == BrokenPipe) return;
                throw new IOException(Marshal.GetPInvokeErrorMessage(error), error);
            }
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(int descriptor, in byte buffer, nuint length);
}
