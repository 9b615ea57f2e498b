using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Telemetry;

namespace Slipway.Contracts.Runner;

/// <summary>Talks to slipway-runner. Every call opens a connection of its own, so a restarted runner is noticed by nobody.</summary>
public sealed class RunnerClient(string socketPath)
{
    public Task<TResult> CallAsync<TResult>(RunnerVerb verb, JsonTypeInfo<TResult> result, CancellationToken cancel) =>
        CallAsync<object?, TResult>(verb, null, null, result, null, cancel);

    public Task<TResult> CallAsync<TBody, TResult>(
        RunnerVerb verb, TBody body, JsonTypeInfo<TBody> bodyJson, JsonTypeInfo<TResult> result, CancellationToken cancel) =>
        CallAsync(verb, body, bodyJson, result, null, cancel);

    /// <param name="progress">Receives the payload of each Stdout frame that comes before the result.</param>
    /// <exception cref="SlipwayException">What the runner refused or failed at; 503 <c>runner_unreachable</c> when it is not there.</exception>
    public async Task<TResult> CallAsync<TBody, TResult>(
        RunnerVerb verb, TBody body, JsonTypeInfo<TBody>? bodyJson, JsonTypeInfo<TResult> result,
        Func<ReadOnlyMemory<byte>, ValueTask>? progress, CancellationToken cancel)
    {
        using var span = SpanOf(verb);
        await using var frames = await OpenAsync(verb, body, bodyJson, cancel);
        while (true)
        {
            var frame = await ReadAnswerAsync(frames, cancel);
            if (frame.Type == FrameType.Result)
                return JsonSerializer.Deserialize(frame.Payload.Span, result)!;
            if (progress is not null) await progress(frame.Payload);
        }
    }

    /// <summary>Calls a verb whose result is empty.</summary>
    public async Task SendAsync<TBody>(RunnerVerb verb, TBody body, JsonTypeInfo<TBody> bodyJson, CancellationToken cancel)
    {
        using var span = SpanOf(verb);
        await using var frames = await OpenAsync(verb, body, bodyJson, cancel);
        await ReadAnswerAsync(frames, cancel);
    }

    /// <summary>Starts a verb that goes on streaming after its result; the caller reads on and disposes.</summary>
    public async Task<FrameStream> StreamAsync<TBody>(RunnerVerb verb, TBody body, JsonTypeInfo<TBody>? bodyJson, CancellationToken cancel)
    {
        using var span = SpanOf(verb);
        var frames = await OpenAsync(verb, body, bodyJson, cancel);
        try
        {
            await ReadAnswerAsync(frames, cancel);
            return frames;
        }
        catch
        {
            await frames.DisposeAsync();
            throw;
        }
    }

    /// <summary>Of a stream, until it begins.</summary>
    private static Activity? SpanOf(RunnerVerb verb) => Activity.Current is null ? null : Tracing.Child($"runner {verb}", ActivityKind.Client);

    private async Task<FrameStream> OpenAsync<TBody>(RunnerVerb verb, TBody body, JsonTypeInfo<TBody>? bodyJson, CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancel);
            var frames = new FrameStream(new NetworkStream(socket, ownsSocket: true));
            var request = new RunnerRequest(verb, bodyJson is null ? null : JsonSerializer.SerializeToElement(body, bodyJson));
            await frames.WriteJsonAsync(FrameType.Request, request, ContractsJson.Default.RunnerRequest, cancel);
            return frames;
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            socket.Dispose();
            // .NET's own words for a socket file that is not there are about addresses.
            throw Unreachable(e, File.Exists(socketPath) ? e.Message : $"It is not running: there is no {socketPath}.");
        }
    }

    private static async Task<Frame> ReadAnswerAsync(FrameStream frames, CancellationToken cancel)
    {
        Frame? frame;
        try
        {
            frame = await frames.ReadAsync(cancel);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            throw Unreachable(e);
        }

        return frame switch
        {
            null => throw Unreachable(null),
            { Type: FrameType.Error } error => throw Failure(error.Payload),
            { } answer => answer,
        };
    }

    private static SlipwayException Failure(ReadOnlyMemory<byte> payload)
    {
        var failure = JsonSerializer.Deserialize(payload.Span, ContractsJson.Default.RunnerFailure)!;
        return new SlipwayException(failure.Status, failure.Error);
    }

    private static SlipwayException Unreachable(Exception? e, string? why = null) =>
        new(503, new SlipwayError("runner_unreachable", "slipway-runner did not answer.")
        {
            Why = why ?? e?.Message ?? "It closed the connection before answering; it was probably restarted.",
            Next = "Try again in a few seconds; running instances are not affected.",
        }, e);
}

/// <summary>The payload of an Error frame.</summary>
public sealed record RunnerFailure(int Status, SlipwayError Error);
