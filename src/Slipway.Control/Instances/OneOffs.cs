using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;

namespace Slipway.Control.Instances;

/// <param name="Prefix">First part of the instance's name: <c>run</c>, <c>release</c>.</param>
/// <param name="Environment">On top of the release's own.</param>
/// <param name="Size">Name of an <c>InstanceSize</c>; null for the standard one.</param>
/// <param name="Terminal">Set: with a terminal of this size; it ends with its client.</param>
internal sealed record OneOffRequest(
    long AppId, long ReleaseId, string Prefix, IReadOnlyList<string> Command,
    IReadOnlyDictionary<string, string> Environment, string? Size, TerminalSize? Terminal);

/// <summary>A started one-off: frames as <see cref="RunnerVerb.Run"/> says. Disposing lets go of it.</summary>
internal sealed record OneOff(InstanceId Id, string Name, FrameStream Frames) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Frames.DisposeAsync();
}

/// <summary>Runs single commands in instances of a release.</summary>
internal sealed class OneOffs
{
    public Task<OneOff> StartAsync(OneOffRequest request, CancellationToken cancel) => throw new NotSupportedException();
}
