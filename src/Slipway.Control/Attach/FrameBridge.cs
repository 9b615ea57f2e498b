using System.Net.WebSockets;
using Slipway.Contracts.Runner;

namespace Slipway.Control.Attach;

/// <summary>
/// Joins a WebSocket and an attached instance: each binary message is one frame, its first byte the
/// <see cref="FrameType"/>, the rest the payload. Clients may send Stdin and Resize; they get Stdout, Stderr and at last Exit.
/// </summary>
internal static class FrameBridge
{
    private static readonly TimeSpan CloseWithin = TimeSpan.FromSeconds(5);

    /// <summary>Returns when either side has ended; the caller disposes both.</summary>
    public static async Task RunAsync(WebSocket socket, FrameStream frames, CancellationToken cancel)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var down = EndQuietlyAsync(SendFramesAsync(socket, frames, ended.Token));
        var up = EndQuietlyAsync(ReceiveFramesAsync(socket, frames, ended.Token));
        await Task.WhenAny(down, up);

        // Output was sent to its end: the client is told so, and answers; its reading goes on until then.
        if (down.IsCompleted && socket.State is WebSocketState.Open)
        {
            using var patience = new CancellationTokenSource(CloseWithin);
            await EndQuietlyAsync(socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, patience.Token));
            await Task.WhenAny(up, Task.Delay(Timeout.InfiniteTimeSpan, patience.Token));
        }

        await ended.CancelAsync();
        await Task.WhenAll(down, up);
    }

    private static async Task SendFramesAsync(WebSocket socket, FrameStream frames, CancellationToken cancel)
    {
        var message = new byte[4096];
        while (await frames.ReadAsync(cancel) is { } frame)
        {
            if (message.Length <= frame.Payload.Length) message = new byte[frame.Payload.Length + 1];
            message[0] = (byte)frame.Type;
            frame.Payload.CopyTo(message.AsMemory(1));
            await socket.SendAsync(message.AsMemory(0, frame.Payload.Length + 1), WebSocketMessageType.Binary, true, cancel);
            if (frame.Type is FrameType.Exit or FrameType.Error) return;
        }
    }

    private static async Task ReceiveFramesAsync(WebSocket socket, FrameStream frames, CancellationToken cancel)
    {
        var message = new byte[4096];
        while (true)
        {
            var length = 0;
            ValueWebSocketReceiveResult part;
            do
            {
                if (length == message.Length) Array.Resize(ref message, message.Length * 2);
                part = await socket.ReceiveAsync(message.AsMemory(length), cancel);
                length += part.Count;
                if (part.MessageType == WebSocketMessageType.Close) return;
            }
            while (!part.EndOfMessage && length <= FrameStream.MaxPayload);

            if (length is 0 or > FrameStream.MaxPayload || (FrameType)message[0] is not (FrameType.Stdin or FrameType.Resize))
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.PolicyViolation, "not a Stdin or Resize frame", cancel);
                return;
            }

            await frames.WriteAsync((FrameType)message[0], message.AsMemory(1, length - 1), cancel);
        }
    }

    // Either side may vanish at any byte; that is how attachments end, not a failure of ours.
    private static async Task EndQuietlyAsync(Task work)
    {
        try
        {
            await work;
        }
        catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException or InvalidDataException)
        {
            return;
        }
    }
}
