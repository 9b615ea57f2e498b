using System.Net.Sockets;
using System.Text.Json;
using Slipway.Contracts;
using Slipway.Contracts.Runner;

namespace Slipway.Control.Tests.Server;

/// <summary>
/// Speaks the runner's protocol for a machine on which nothing runs and nothing can be started: enough for slipwayd to
/// see that, and to forget apps. The real one needs root; the system tests use it.
/// </summary>
internal sealed class EmptyRunner : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Task _accepting;

    public EmptyRunner(string socket)
    {
        File.Delete(socket);
        _listener.Bind(new UnixDomainSocketEndPoint(socket));
        _listener.Listen();
        _accepting = AcceptAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                _ = AnswerAsync(await _listener.AcceptAsync(_stop.Token));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task AnswerAsync(Socket client)
    {
        try
        {
            await using var frames = new FrameStream(new NetworkStream(client, ownsSocket: true));
            if (await frames.ReadAsync(_stop.Token) is not { } frame) return;
            var request = JsonSerializer.Deserialize(frame.Payload.Span, ContractsJson.Default.RunnerRequest)!;
            var result = request.Verb switch
            {
                RunnerVerb.List or RunnerVerb.Usage or RunnerVerb.Layers or RunnerVerb.Stacks => "[]"u8.ToArray(),
                RunnerVerb.Info => JsonSerializer.SerializeToUtf8Bytes(new RunnerInfo("0", "/usr/bin/none", "0", "", 2, "0", "10.0.0.1", 1 << 30, 1), ContractsJson.Default.RunnerInfo),
                RunnerVerb.Start or RunnerVerb.Run or RunnerVerb.Exec or RunnerVerb.Commit or RunnerVerb.BuildStack => null,
                _ => "{}"u8.ToArray(),
            };
            if (result is not null) await frames.WriteAsync(FrameType.Result, result, _stop.Token);
            else await frames.WriteJsonAsync(FrameType.Error, new RunnerFailure(503, new("nothing_runs", "Nothing can be started here.")), ContractsJson.Default.RunnerFailure, _stop.Token);
            if (request.Verb == RunnerVerb.Events) await Task.Delay(Timeout.InfiniteTimeSpan, _stop.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            return;
        }
    }
}
