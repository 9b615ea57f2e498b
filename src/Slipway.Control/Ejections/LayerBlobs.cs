using System.Collections.Concurrent;
using System.Security.Cryptography;
using Slipway.Contracts;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;

namespace Slipway.Control.Ejections;

/// <summary>
/// Layers as tar archives. An image names its layers by the hash of these; to know it, the archive is made once and only
/// hashed, and made again when it is read: the same bytes, and nothing of it lies on the disk.
/// </summary>
internal sealed class LayerBlobs(RunnerClient runner)
{
    // A layer never changes, so its hash is good for as long as anybody asks.
    private readonly ConcurrentDictionary<Digest, EjectedLayer> _known = new();

    /// <exception cref="SlipwayException">409 <c>layer_missing</c>.</exception>
    public async Task<EjectedLayer> DescribeAsync(Digest layer, CancellationToken cancel)
    {
        if (_known.TryGetValue(layer, out var known)) return known;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var length = 0L;
        await WriteAsync(layer, bytes =>
        {
            hash.AppendData(bytes.Span);
            length += bytes.Length;
            return ValueTask.CompletedTask;
        }, cancel);
        return _known[layer] = new EjectedLayer(layer, Convert.ToHexStringLower(hash.GetCurrentHash()), length);
    }

    public Task WriteAsync(Digest layer, Func<ReadOnlyMemory<byte>, ValueTask> output, CancellationToken cancel) =>
        runner.CallAsync(RunnerVerb.ArchiveLayer, new LayerRequest(layer), ContractsJson.Default.LayerRequest, ContractsJson.Default.JsonElement, output, cancel);
}
