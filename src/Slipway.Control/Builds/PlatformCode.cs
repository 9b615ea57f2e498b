using Slipway.Contracts.Names;
using Slipway.Control.Sources;

namespace Slipway.Control.Builds;

/// <summary>Slipway's own Python code, which runs inside build containers: installed beside slipwayd, mounted as a source.</summary>
internal sealed class PlatformCode(SourceStore sources)
{
    private Digest? _digest;

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "python");

    /// <summary>Its digest: builds of another platform are told apart by it.</summary>
    public Digest Digest => _digest ?? throw new InvalidOperationException("The platform's Python code was not loaded yet.");

    /// <summary>Called once at start.</summary>
    public async Task LoadAsync(CancellationToken cancel) => _digest = (await sources.ImportFolderAsync(Folder, null, cancel)).Digest;
}
