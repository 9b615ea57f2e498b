using Slipway.Contracts.Names;

namespace Slipway.Control.Sources;

/// <summary>Unpacked sources, one read-only folder a digest.</summary>
internal sealed class SourceStore
{
    /// <param name="archive">A tar, gzipped or not; read once, not buffered.</param>
    public Task<Digest> ImportAsync(Stream archive, CancellationToken cancel) => throw new NotSupportedException();

    /// <summary>Removes sources that no deploy or image names any more.</summary>
    public Task CollectAsync(CancellationToken cancel) => throw new NotSupportedException();
}
