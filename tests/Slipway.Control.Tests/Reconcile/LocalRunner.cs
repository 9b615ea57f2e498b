using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Slipway.Contracts;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Contracts.Server;
using Slipway.Control.Instances;

namespace Slipway.Control.Tests.Reconcile;

/// <summary>
/// Speaks the runner's protocol, and for each instance really listens on its socket with a small HTTP server: no root, no
/// containers. What an instance does is its command: <c>serve STATUS</c>, <c>quit CODE</c>, <c>sleep</c>.
/// </summary>
internal sealed class LocalRunner(ServerConfig server) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<InstanceId, Running> _instances = new();
    private readonly ConcurrentDictionary<Guid, FrameStream> _listeners = new();
    private CancellationTokenSource? _open;
    private Socket? _socket;

    private sealed record Running(InstanceSpec Spec, InstanceStatus Status, WebApplication? Web);

    /// <summary>What an instance waits for once it is told to end.</summary>
    public Task MayEnd { get; set; } = Task.CompletedTask;

    public IReadOnlyList<InstanceStatus> Instances => [.. _instances.Values.Select(one => one.Status)];

    /// <summary>Every start and stop, in order: <c>start web.1 v1</c>.</summary>
    public ConcurrentQueue<string> History { get; } = new();

    /// <summary>Requests that reached instances, by release.</summary>
    public ConcurrentDictionary<int, int> Requests { get; } = new();

    public InstanceSpec SpecOf(InstanceId id) => _instances[id].Spec;

    /// <summary>From here on it answers; instances run on whether it does or not.</summary>
    public void Open()
    {
        File.Delete(server.RunnerSocket);
        (_open, _socket) = (new(), new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified));
        _socket.Bind(new UnixDomainSocketEndPoint(server.RunnerSocket));
        _socket.Listen();
        _ = AcceptAsync(_socket, _open.Token);
    }

    public void Close()
    {
        _open?.Cancel();
        _socket?.Dispose();
        File.Delete(server.RunnerSocket);
    }

    /// <summary>An instance ends by itself.</summary>
    public async Task CrashAsync(InstanceId id, int code = 1)
    {
        if (!_instances.TryGetValue(id, out var one) || one.Status.State == InstanceState.Exited) return;
        _instances[id] = one with { Status = one.Status with { State = InstanceState.Exited, Exit = new InstanceExit(code, 0, false, DateTimeOffset.UtcNow) }, Web = null };
        if (one.Web is { } web) await web.DisposeAsync();
        foreach (var (key, events) in _listeners)
        {
            try
            {
                await events.WriteJsonAsync(FrameType.Event, new InstanceEvent(id, InstanceState.Exited, null), ContractsJson.Default.InstanceEvent, CancellationToken.None);
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                _listeners.TryRemove(key, out _);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        Close();
        foreach (var one in _instances.Values)
            if (one.Web is { } web) await web.DisposeAsync();
    }

    private async Task AcceptAsync(Socket socket, CancellationToken cancel)
    {
        try
        {
            while (true) _ = AnswerAsync(await socket.AcceptAsync(cancel), cancel);
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            return;
        }
    }

    private async Task AnswerAsync(Socket client, CancellationToken cancel)
    {
        await using var frames = new FrameStream(new NetworkStream(client, ownsSocket: true));
        try
        {
            var frame = (await frames.ReadAsync(cancel))!.Value;
            var request = JsonSerializer.Deserialize(frame.Payload.Span, ContractsJson.Default.RunnerRequest)!;
            switch (request.Verb)
            {
                case RunnerVerb.List:
                    await frames.WriteJsonAsync(FrameType.Result, Instances, ContractsJson.Default.IReadOnlyListInstanceStatus, cancel);
                    break;
                case RunnerVerb.Start or RunnerVerb.Run:
                    var status = await StartAsync(request.Body!.Value.Deserialize(ContractsJson.Default.InstanceSpec)!);
                    await frames.WriteJsonAsync(FrameType.Result, status, ContractsJson.Default.InstanceStatus, cancel);
                    break;
                case RunnerVerb.Stop:
                    var id = request.Body!.Value.Deserialize(ContractsJson.Default.StopRequest)!.Id;
                    if (_instances.TryGetValue(id, out var stopped)) History.Enqueue($"stop {stopped.Spec.Name} v{stopped.Spec.Release}");
                    await MayEnd.WaitAsync(cancel);
                    await CrashAsync(id, 0);
                    await frames.WriteJsonAsync(FrameType.Result, _instances[id].Status, ContractsJson.Default.InstanceStatus, cancel);
                    break;
                case RunnerVerb.Remove:
                    _instances.TryRemove(request.Body!.Value.Deserialize(ContractsJson.Default.InstanceRequest)!.Id, out _);
                    await frames.WriteAsync(FrameType.Result, "{}"u8.ToArray(), cancel);
                    break;
                case RunnerVerb.Events:
                    await frames.WriteAsync(FrameType.Result, "{}"u8.ToArray(), cancel);
                    _listeners[Guid.NewGuid()] = frames;
                    await Task.Delay(Timeout.InfiniteTimeSpan, cancel);
                    break;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            return;
        }
        catch (SlipwayException e)
        {
            await frames.WriteJsonAsync(FrameType.Error, new RunnerFailure(e.Status, e.Error), ContractsJson.Default.RunnerFailure, CancellationToken.None);
        }
    }

    private async Task<InstanceStatus> StartAsync(InstanceSpec spec)
    {
        if (spec.Command[0] == "refuse") throw new SlipwayException(422, new SlipwayError("layer_missing", "A layer is not there."));
        var folder = Directory.CreateDirectory(Path.Combine(server.InstanceSocketsDirectory, spec.Id.Value)).FullName;
        var logFile = Path.Combine(folder, "log");
        await File.WriteAllTextAsync(logFile, "2026-11-23T12:00:00.000000+00:00 stderr F this is what I said last\n");
        var status = new InstanceStatus
        {
            Id = spec.Id, App = spec.App, Name = spec.Name, Kind = spec.Kind, Release = spec.Release, State = InstanceState.Running,
            CreatedAt = DateTimeOffset.UtcNow, SocketDirectory = folder, LogFile = logFile,
        };
        var web = spec.Command[0] == "serve" ? await ServeAsync(spec, Path.Combine(folder, InstanceSpecs.SocketFile)) : null;
        _instances[spec.Id] = new Running(spec, status, web);
        History.Enqueue($"start {spec.Name} v{spec.Release}");
        if (spec.Command[0] == "quit") await CrashAsync(spec.Id, int.Parse(spec.Command[1]));
        return _instances[spec.Id].Status;
    }

    private async Task<WebApplication> ServeAsync(InstanceSpec spec, string socket)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(socket));
        var app = builder.Build();
        app.Run(async context =>
        {
            Requests.AddOrUpdate(spec.Release, 1, (_, count) => count + 1);
            context.Response.StatusCode = int.Parse(spec.Command[1]);
            await context.Response.WriteAsync(spec.Command.Count > 2 ? spec.Command[2] : $"v{spec.Release} for {context.Request.Host}");
        });
        await app.StartAsync();
        return app;
    }
}
