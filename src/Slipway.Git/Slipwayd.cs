using System.Net.Sockets;
using System.Text.Json;
using Slipway.Contracts;
using Slipway.Contracts.Git;
using Slipway.Contracts.Runner;

namespace Slipway.Git;

/// <summary>slipwayd, at its git socket. No answer is a refusal.</summary>
internal static class Slipwayd
{
    /// <returns>The exit status that it asks for; 1 when it is not there or went away.</returns>
    public static async Task<int> AskAsync(string socketPath, GitRequest request)
    {
        try
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath));
            await using var frames = new FrameStream(new NetworkStream(socket, ownsSocket: true));
            await frames.WriteJsonAsync(FrameType.Request, request, ContractsJson.Default.GitRequest, CancellationToken.None);
            // Not waited for: it ends when the client closes its side, which may be after the answer, or never.
            if (request.Verb == GitVerb.Session) _ = SendInputAsync(frames);
            if (await ReceiveAsync(frames) is { } code) return code;
        }
        catch (Exception e) when (e is SocketException or IOException or InvalidDataException or JsonException)
        {
            await SayAsync($" !     {e.Message}");
        }

        if (request.Verb != GitVerb.Key) await SayAsync(" !     slipwayd was stopped, or is not running. What served before serves on; try again in a moment.");
        return 1;
    }

    /// <returns>Null when slipwayd went away before the end.</returns>
    private static async Task<int?> ReceiveAsync(FrameStream frames)
    {
        await using var output = Console.OpenStandardOutput();
        await using var errors = Console.OpenStandardError();
        while (await frames.ReadAsync(CancellationToken.None) is { } frame)
        {
            if (frame.Type == FrameType.Exit) return JsonSerializer.Deserialize(frame.Payload.Span, ContractsJson.Default.GitExit)!.Code;
            var to = frame.Type == FrameType.Stdout ? output : errors;
            await to.WriteAsync(frame.Payload);
            await to.FlushAsync();
        }

        return null;
    }

    private static async Task SendInputAsync(FrameStream frames)
    {
        await using var input = Console.OpenStandardInput();
        var buffer = new byte[64 * 1024];
        try
        {
            int got;
            do
            {
                got = await input.ReadAsync(buffer);
                await frames.WriteAsync(FrameType.Stdin, buffer.AsMemory(0, got), CancellationToken.None);
            }
            while (got > 0);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // slipwayd has ended the session: its exit status is on the way.
        }
    }

    private static Task SayAsync(string line) => Console.Error.WriteLineAsync(line);
}
