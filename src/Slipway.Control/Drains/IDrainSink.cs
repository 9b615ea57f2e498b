using Slipway.Control.Logs;

namespace Slipway.Control.Drains;

/// <summary>The receiver of one drain.</summary>
internal interface IDrainSink : IAsyncDisposable
{
    /// <summary>Returns when the receiver has taken them all; throws when that is not certain.</summary>
    Task SendAsync(IReadOnlyList<SourcedLine> lines, CancellationToken cancel);
}
