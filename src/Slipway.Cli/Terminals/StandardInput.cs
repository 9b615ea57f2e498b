using System.Runtime.InteropServices;

namespace Slipway.Cli.Terminals;

/// <summary>
/// Descriptor 0 read as it is. <see cref="Console"/> edits lines of its own on a terminal, and a FileStream would leave the
/// position of a shared file behind.
/// </summary>
internal static partial class StandardInput
{
    private const int Interrupted = 4;

    /// <summary>The read itself cannot be cancelled: it goes on in the background until there is input or the process ends.</summary>
    /// <returns>0 at the end of the input.</returns>
    public static Task<int> ReadAsync(Memory<byte> buffer, CancellationToken cancel) =>
        Task.Run(() => Read(buffer.Span), CancellationToken.None).WaitAsync(cancel);

    private static int Read(Span<byte> buffer)
    {
        while (true)
        {
            var got = read(Tty.StandardInput, ref MemoryMarshal.GetReference(buffer), (nuint)buffer.Length);
            if (got >= 0) return (int)got;
            if (Marshal.GetLastPInvokeError() != Interrupted) return 0; // the terminal is gone: end of input
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(int descriptor, ref byte buffer, nuint length);
}
