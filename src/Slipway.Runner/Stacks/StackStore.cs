using System.Collections.Concurrent;
using System.Text.Json;
using Slipway.Contracts;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Contracts.Server;
using Slipway.Runner.Kernel;
using Slipway.Runner.Layers;

namespace Slipway.Runner.Stacks;

/// <summary>Which layer each stack is: <c>HOME/stacks/NAME.json</c>. A rebuilt one replaces it; the old layer goes when nothing uses it.</summary>
internal sealed class StackStore(ServerConfig config, LayerStore layers, StackBuilder builder)
{
    private readonly ConcurrentDictionary<StackName, StackInfo> _all = new();
    private readonly ConcurrentDictionary<StackName, SemaphoreSlim> _building = new();

    public IReadOnlyList<StackInfo> All => [.. _all.Values.OrderBy(s => s.Name.Value, StringComparer.Ordinal)];

    public IEnumerable<Digest> Layers => _all.Values.Select(s => s.Layer);

    public void Load()
    {
        foreach (var file in Directory.EnumerateFiles(config.StacksDirectory, "*.json"))
        {
            var stack = JsonSerializer.Deserialize(File.ReadAllBytes(file), ContractsJson.Default.StackInfo)!;
            if (Directory.Exists(layers.PathOf(stack.Layer))) _all[stack.Name] = stack;
        }
    }

    /// <summary>The stack, built when it is not there or is to be built anew. Two who ask at once get the same build.</summary>
    public async Task<StackInfo> BuildAsync(StackName name, bool rebuild, Func<string, ValueTask> progress, CancellationToken cancel)
    {
        var list = PackageList.Of(name);
        var gate = _building.GetOrAdd(name, _ => new SemaphoreSlim(1, 1));
        var before = _all.GetValueOrDefault(name);
        await gate.WaitAsync(cancel);
        try
        {
            var present = _all.GetValueOrDefault(name);
            if (present is not null && (!rebuild || present != before)) return present;
            var stack = await builder.BuildAsync(name, list, progress, cancel);
            Folders.Write(Path.Combine(config.StacksDirectory, name + ".json"), JsonSerializer.SerializeToUtf8Bytes(stack, ContractsJson.Default.StackInfo), (UnixFileMode)0x1a4);
            return _all[name] = stack;
        }
        finally
        {
            gate.Release();
        }
    }
}
