using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Runner.Commands;
using Slipway.Runner.Layers;
using Slipway.Runner.Volumes;

namespace Slipway.Runner.Archives;

/// <summary>Layers and volumes as tar archives, for whoever takes an app elsewhere. Streamed: nothing is held on disk.</summary>
internal sealed class Archiver(LayerStore layers, VolumeStore volumes)
{
    private const string Tar = "/usr/bin/tar";

    /// <summary>The same bytes each time: sorted, and with nothing in it that a layer's files do not say.</summary>
    /// <exception cref="SlipwayException">409 <c>layer_missing</c>.</exception>
    public async Task LayerAsync(Digest layer, Func<ReadOnlyMemory<byte>, ValueTask> output, CancellationToken cancel)
    {
        layers.Require([layer]);
        var command = Create(layers.PathOf(layer));
        if (await command.StreamAsync(output, cancel) is { ExitCode: not 0 } failed) throw command.Failed(failed);
    }

    /// <summary>What is in it now: the app may write meanwhile, and tar does not follow links, whatever it puts there.</summary>
    /// <exception cref="SlipwayException">409 <c>volume_missing</c>.</exception>
    public async Task VolumeAsync(AppName app, VolumeName name, Func<ReadOnlyMemory<byte>, ValueTask> output, CancellationToken cancel)
    {
        var path = volumes.PathOf(app, name);
        if (!Directory.Exists(path)) throw new SlipwayException(409, new SlipwayError("volume_missing", $"{app} has no volume {name}."));
        var command = Create(path);
        // 1: a file changed or went away while it was read, as files of a running app do.
        if (await command.StreamAsync(output, cancel) is { ExitCode: not (0 or 1) } failed) throw command.Failed(failed);
    }

    private static Command Create(string folder) =>
        new(Tar, "--create", "--format=gnu", "--sort=name", "--numeric-owner", "--one-file-system", "--exclude=./lost+found", "--directory", folder, ".");
}
