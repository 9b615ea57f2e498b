using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using Slipway.Contracts;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Control.Reconcile;

namespace Slipway.Control.Instances;

/// <param name="Prefix">First part of the instance's name: <c>run</c>, <c>release</c>.</param>
/// <param name="Command">One word is a command line, taken apart as a Procfile's is; several are an argument list already.</param>
/// <param name="Environment">On top of the release's own.</param>
/// <param name="Size">Name of an <see cref="InstanceSize"/>; null for the standard one.</param>
/// <param name="Terminal">Set: with a terminal of this size; it ends with its client.</param>
internal sealed record OneOffRequest(
    long AppId, long ReleaseId, string Prefix, IReadOnlyList<string> Command,
    IReadOnlyDictionary<string, string> Environment, string? Size, TerminalSize? Terminal)
{
    /// <summary>Second part of the instance's name; null for a random number.</summary>
    public long? Number { get; init; }

    /// <summary>Null for one made now. Who chooses it can look for the instance after a crash.</summary>
    public InstanceId? Id { get; init; }
}

/// <summary>A started one-off: frames as <see cref="RunnerVerb.Run"/> says. Disposing lets go of it: it is stopped if it still runs, and removed.</summary>
internal sealed record OneOff(InstanceId Id, string Name, FrameStream Frames, IDisposable Lease) : IAsyncDisposable
{
    /// <summary>It has a terminal, and ends with its client.</summary>
    public bool HasTerminal { get; init; }

    /// <summary>Follows it to its end; null when slipway-runner let go of it before.</summary>
    /// <param name="output">Takes what it writes, standard output and error alike.</param>
    /// <exception cref="IOException">The connection to slipway-runner was lost.</exception>
    public async Task<InstanceExit?> EndAsync(Func<ReadOnlyMemory<byte>, ValueTask> output, CancellationToken cancel)
    {
        while (await Frames.ReadAsync(cancel) is { } frame)
        {
            if (frame.Type is FrameType.Exit) return JsonSerializer.Deserialize(frame.Payload.Span, ContractsJson.Default.InstanceExit);
            if (frame.Type is FrameType.Stdout or FrameType.Stderr) await output(frame.Payload);
        }

        return null;
    }

    public async ValueTask DisposeAsync()
    {
        await Frames.DisposeAsync();
        Lease.Dispose();
    }
}

/// <summary>Runs single commands in instances of a release.</summary>
internal sealed class OneOffs(DesiredReader reader, RunnerClient runner, InstanceOwners owners)
{
    // For people only: what a one-off runs. Lost with slipwayd, as its owner is.
    private readonly ConcurrentDictionary<InstanceId, string> _commands = new();

    /// <exception cref="SlipwayException">409 <c>no_release</c>; 422 for a bad command or size; what the runner says.</exception>
    public async Task<OneOff> StartAsync(OneOffRequest request, CancellationToken cancel)
    {
        var spec = await SpecAsync(request, InstanceIds.NoShape, cancel);
        var lease = owners.Own(spec.Id);
        try
        {
            return new OneOff(spec.Id, spec.Name, await runner.StreamAsync(RunnerVerb.Run, spec, ContractsJson.Default.InstanceSpec, cancel), lease)
            {
                HasTerminal = request.Terminal is not null,
            };
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }

    /// <summary>Starts one that nobody waits for: it outlives its client and slipwayd, and writes to the app's log.</summary>
    public Task<InstanceStatus> StartDetachedAsync(OneOffRequest request, CancellationToken cancel) => DetachedAsync(request with { Terminal = null }, cancel);

    /// <summary>What a one-off runs; null when this slipwayd did not start it.</summary>
    public string? CommandOf(InstanceId id) => _commands.GetValueOrDefault(id);

    private async Task<InstanceStatus> DetachedAsync(OneOffRequest request, CancellationToken cancel)
    {
        var spec = await SpecAsync(request, InstanceIds.Detached, cancel);
        return await runner.CallAsync(RunnerVerb.Start, spec, ContractsJson.Default.InstanceSpec, ContractsJson.Default.InstanceStatus, cancel);
    }

    private async Task<InstanceSpec> SpecAsync(OneOffRequest request, string shape, CancellationToken cancel)
    {
        if (await reader.ReadAsync(request.AppId, request.ReleaseId, cancel) is not var (app, release)) throw NoRelease();
        var number = request.Number ?? (request.Prefix == "release" ? release.Version : RandomNumberGenerator.GetInt32(1000, 10_000));
        var size = request.Size is null ? InstanceSize.Default : InstanceSize.Named(request.Size);
        var spec = InstanceSpecs.OneOff(app, release, $"{request.Prefix}.{number}", request.Command, request.Environment, size, request.Terminal)
            with { Id = request.Id ?? InstanceIds.New(app.App, shape) };
        if (_commands.Count > 1000) _commands.Clear();
        _commands[spec.Id] = string.Join(' ', request.Command);
        return spec;
    }

    private static SlipwayException NoRelease() =>
        new(409, new SlipwayError("no_release", "The app has no release with code yet, so there is nothing to run a command in.")
        {
            Next = "slipway deploy",
        });
}
