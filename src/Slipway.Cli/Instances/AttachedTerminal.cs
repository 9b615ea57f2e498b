using System.Net.WebSockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Threading.Channels;
using Slipway.Cli.Api;
using Slipway.Cli.Terminals;
using Slipway.Contracts;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Runner;

namespace Slipway.Cli.Instances;

/// <summary>
/// Ties this terminal (or this pipe) to a command on the server. Each binary message of the WebSocket is one frame: its
/// first byte the <see cref="FrameType"/>, the rest the payload.
/// </summary>
internal sealed class AttachedTerminal
{
    private const int ChunkLength = 32 * 1024;

    private readonly WebSocket _socket;
    private readonly Lock _sizing = new();
    private readonly Channel<byte[]> _outgoing = Channel.CreateBounded<byte[]>(16);

    private AttachedTerminal(WebSocket socket) => _socket = socket;

    /// <returns>The command's exit status.</returns>
    public static async Task<int> RunAsync(ApiClient api, Uri url, bool terminal, CancellationToken cancel)
    {
        using var socket = await api.AttachAsync(url, cancel);
        // Raw only now: until here Ctrl-C is ours, from here on it is the command's.
        using var raw = terminal ? RawTerminal.Enter() : null;
        return await new AttachedTerminal(socket).RunAsync(terminal, cancel);
    }

    private async Task<int> RunAsync(bool terminal, CancellationToken cancel)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var resized = terminal ? PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => SendSize()) : null;
        if (terminal) SendSize();
        var sending = SendAsync(ended.Token);
        var typing = ReadInputAsync(ended.Token);
        try
        {
            return await ReceiveAsync(cancel);
        }
        catch (Exception e) when (e is WebSocketException or IOException { HResult: not OutputStream.BrokenPipe } or InvalidDataException)
        {
            throw new Failure(ExitCode.Unreachable, new SlipwayError("connection_lost", "The connection to the command was lost; how it ended is not known.")
            {
                Why = e.Message,
                Next = "slipway ps",
            }, e);
        }
        finally
        {
            await ended.CancelAsync();
            await Task.WhenAll(Quietly(sending), Quietly(typing));
        }
    }

    private async Task<int> ReceiveAsync(CancellationToken cancel)
    {
        await using var output = new OutputStream(Tty.StandardOutput);
        await using var errors = new OutputStream(Tty.StandardError, ignoreBrokenPipe: true);
        var buffer = new byte[ChunkLength];
        while (true)
        {
            var length = 0;
            ValueWebSocketReceiveResult part;
            do
            {
                if (length == buffer.Length) Array.Resize(ref buffer, buffer.Length * 2);
                part = await _socket.ReceiveAsync(buffer.AsMemory(length), cancel);
                if (part.MessageType == WebSocketMessageType.Close) throw new InvalidDataException(_socket.CloseStatusDescription is { Length: > 0 } said ? said : "The server closed the connection.");
                length += part.Count;
                if (length > FrameStream.MaxPayload + 1) throw new InvalidDataException("The server sent a frame that is too large.");
            }
            while (!part.EndOfMessage);
            if (length == 0) continue;
            var payload = buffer.AsMemory(1, length - 1);
            switch ((FrameType)buffer[0])
            {
                case FrameType.Stdout:
                    await output.WriteAsync(payload, cancel);
                    break;
                case FrameType.Stderr:
                    await errors.WriteAsync(payload, cancel);
                    break;
                case FrameType.Exit:
                    return ExitStatus(payload.Span);
                case FrameType.Error:
                    throw Refused(payload.Span);
            }
        }
    }

    private static int ExitStatus(ReadOnlySpan<byte> payload) =>
        JsonSerializer.Deserialize(payload, ContractsJson.Default.InstanceExit) is { } exit ? exit.Code : throw new InvalidDataException("An exit without a status.");

    private static Failure Refused(ReadOnlySpan<byte> payload) =>
        new(ExitCode.Failure, JsonSerializer.Deserialize(payload, ContractsJson.Default.SlipwayError) ?? new SlipwayError("run_failed", "The command could not be run."));

    /// <summary>One sender: a WebSocket takes one message at a time.</summary>
    private async Task SendAsync(CancellationToken cancel)
    {
        await foreach (var message in _outgoing.Reader.ReadAllAsync(cancel))
            await _socket.SendAsync(message, WebSocketMessageType.Binary, endOfMessage: true, cancel);
    }

    /// <summary>Standard input as Stdin frames; an empty one says that it ended.</summary>
    private async Task ReadInputAsync(CancellationToken cancel)
    {
        var buffer = new byte[ChunkLength];
        int got;
        do
        {
            got = await StandardInput.ReadAsync(buffer, cancel);
            await _outgoing.Writer.WriteAsync([(byte)FrameType.Stdin, .. buffer.AsSpan(0, got)], cancel);
        }
        while (got > 0);
    }

    private void SendSize()
    {
        // Two signals are handled at once, on two threads: the size that was read last must be the one that is sent last.
        lock (_sizing)
        {
            if (Tty.Size(Tty.StandardOutput) is not { } size) return;
            // When the queue is full, a size is lost at worst; the next one corrects it.
            _outgoing.Writer.TryWrite([(byte)FrameType.Resize, .. JsonSerializer.SerializeToUtf8Bytes(size, ContractsJson.Default.TerminalSize)]);
        }
    }

    private static async Task Quietly(Task task)
    {
        try
        {
            await task;
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or ChannelClosedException or InvalidOperationException or IOException)
        {
            return; // the command has ended; what could not be sent to it any more is of no use
        }
    }
}
