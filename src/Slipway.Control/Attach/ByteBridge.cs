using Slipway.Contracts.Runner;

namespace Slipway.Control.Attach;

/// <summary>Joins a stream of plain bytes and an attached instance: what Heroku's client sends is input, all output comes back as it is.</summary>
internal static class ByteBridge
{
    /// <summary>How the client says the end of its input: the key that does it on a terminal, whether there is one or not.</summary>
    private const byte EndOfInput = 4;

    private static readonly TimeSpan EndIsQuiet = TimeSpan.FromMilliseconds(200);

    /// <summary>Returns when either side has ended; the caller disposes both.</summary>
    public static async Task RunAsync(Stream stream, FrameStream frames, bool hasTerminal, TimeProvider time, CancellationToken cancel)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var down = EndQuietlyAsync(SendAsync(stream, frames, ended.Token));
        var up = EndQuietlyAsync(hasTerminal ? TypeAsync(stream, frames, ended.Token) : PipeAsync(stream, frames, time, ended.Token));
        await Task.WhenAny(down, up);
        await ended.CancelAsync();
        await Task.WhenAll(down, up);
    }

    private static async Task SendAsync(Stream stream, FrameStream frames, CancellationToken cancel)
    {
        while (await frames.ReadAsync(cancel) is { Type: not (FrameType.Exit or FrameType.Error) } frame)
            if (frame.Type is FrameType.Stdout or FrameType.Stderr) await stream.WriteAsync(frame.Payload, cancel);
        await stream.FlushAsync(cancel);
    }

    private static async Task TypeAsync(Stream stream, FrameStream frames, CancellationToken cancel)
    {
        var buffer = new byte[16 * 1024];
        for (int got; (got = await stream.ReadAsync(buffer, cancel)) > 0;) await frames.WriteAsync(FrameType.Stdin, buffer.AsMemory(0, got), cancel);
    }

    /// <summary>Without a terminal the byte is the end only where nothing follows it: files may hold it too.</summary>
    private static async Task PipeAsync(Stream stream, FrameStream frames, TimeProvider time, CancellationToken cancel)
    {
        var buffer = new byte[16 * 1024];
        var (held, ended) = (false, false);
        while (true)
        {
            var reading = stream.ReadAsync(buffer.AsMemory(1), cancel).AsTask();
            if (held && await Task.WhenAny(reading, Task.Delay(EndIsQuiet, time, cancel)) != reading)
            {
                await frames.WriteAsync(FrameType.Stdin, ReadOnlyMemory<byte>.Empty, cancel);
                (held, ended) = (false, true);
            }

            var got = await reading;
            if (got == 0) return;
            if (ended) continue;
            buffer[0] = EndOfInput;
            var from = held ? 0 : 1;
            held = buffer[got] == EndOfInput;
            var length = got + 1 - from - (held ? 1 : 0);
            if (length > 0) await frames.WriteAsync(FrameType.Stdin, buffer.AsMemory(from, length), cancel);
        }
    }

    // Either side may vanish at any byte; that is how these end, not a failure of ours.
    private static async Task EndQuietlyAsync(Task work)
    {
        try
        {
            await work;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or InvalidDataException)
        {
            return;
        }
    }
}
