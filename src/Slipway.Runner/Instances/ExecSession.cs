using System.Text.Json;
using Slipway.Contracts;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Runner;
using Slipway.Runner.Commands;
using Slipway.Runner.Oci;
using Slipway.Runner.Protocol;

namespace Slipway.Runner.Instances;

/// <summary>A client's talk with one more process of an instance; the process dies with its client.</summary>
internal sealed class ExecSession(SpecRules rules, InstanceTable table, OciRuntime runtime, TimeProvider time)
{
    public async Task RunAsync(ExecRequest request, FrameStream client, CancellationToken cancel)
    {
        rules.Check(request);
        var instance = table.Find(request.Id);
        if (!instance.Running)
            throw new SlipwayException(409, new SlipwayError("instance_not_running", $"The instance {request.Id} does not run.") { Next = "slipway ps" });

        using var process = ExecProcess.Start(runtime, instance, request);
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        try
        {
            await Verbs.Empty(client, cancel);
            var input = ReceiveInputAsync(process, client, gone);
            var hangUp = gone.Token.UnsafeRegister(_ => _ = process.HangUpAsync(), null);
            await Task.WhenAll(
                SendAsync(process.Output, FrameType.Stdout, client, gone.Token),
                process.Error is { } error ? SendAsync(error, FrameType.Stderr, client, gone.Token) : Task.CompletedTask);
            var code = await process.Ended;
            await hangUp.DisposeAsync();
            await client.WriteJsonAsync(FrameType.Exit, new InstanceExit(code, 0, false, time.GetUtcNow()), ContractsJson.Default.InstanceExit, gone.Token);
            await Verbs.LetGoAsync(input, gone);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            Journal.Debug($"exec in {request.Id}: its client went away: {e.Message}");
        }
        finally
        {
            if (!gone.IsCancellationRequested) await gone.CancelAsync();
            if (!process.Ended.IsCompleted) await process.HangUpAsync();
        }
    }

    private static async Task SendAsync(Stream output, FrameType type, FrameStream client, CancellationToken cancel)
    {
        var buffer = new byte[16 * 1024];
        while (await ReadAsync(output, buffer, cancel) is > 0 and var length) await client.WriteAsync(type, buffer.AsMemory(0, length), cancel);
    }

    /// <summary>A terminal whose program is gone reads as an error rather than as its end.</summary>
    private static async ValueTask<int> ReadAsync(Stream output, byte[] buffer, CancellationToken cancel)
    {
        const int inputOutputError = 5;
        try
        {
            return await output.ReadAsync(buffer, cancel);
        }
        catch (IOException e) when (e.HResult == inputOutputError || e.Message.Contains("Input/output error", StringComparison.Ordinal))
        {
            return 0;
        }
    }

    private static async Task ReceiveInputAsync(ExecProcess process, FrameStream client, CancellationTokenSource gone)
    {
        try
        {
            while (await client.ReadAsync(gone.Token) is { } frame)
            {
                switch (frame.Type)
                {
                    case FrameType.Stdin when frame.Payload.Length == 0:
                        if (process.Error is not null) await process.Input.DisposeAsync();
                        break;
                    case FrameType.Stdin:
                        await WriteAsync(process, frame.Payload, gone.Token);
                        break;
                    case FrameType.Resize when JsonSerializer.Deserialize(frame.Payload.Span, StrictJson.Default.TerminalSize) is { } size && SpecRules.IsSize(size):
                        process.Resize(size);
                        break;
                }
            }

            await gone.CancelAsync();
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or InvalidDataException or JsonException or ObjectDisposedException)
        {
            if (!gone.IsCancellationRequested) await gone.CancelAsync();
        }
    }

    /// <summary>A process that closed its stdin goes on all the same.</summary>
    private static async Task WriteAsync(ExecProcess process, ReadOnlyMemory<byte> input, CancellationToken cancel)
    {
        try
        {
            await process.Input.WriteAsync(input, cancel);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            Journal.Debug($"exec: its input is closed: {e.Message}");
        }
    }
}
