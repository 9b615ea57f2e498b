using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Contracts.Server;
using Slipway.Control.Deploys;
using Slipway.Control.Images;
using Slipway.Control.Logs;
using Slipway.Control.Server;
using Slipway.Control.Sources;
using Slipway.Control.Store;

namespace Slipway.Control.Builds;

/// <summary>The layers of Debian packages on top of a stack, each made once and shared by all apps that name the same.</summary>
internal sealed class PackageLayers(IDbContextFactory<SlipwayStore> stores, RunnerClient runner, ServerConfig server, TimeProvider time)
{
    private const string Step = "packages";

    private readonly KeyedLock _building = new();

    /// <returns>Null when there is nothing to install.</returns>
    public async Task<Digest?> ObtainAsync(StackInfo stack, IReadOnlyList<string> packages, DeployLog log, CancellationToken cancel)
    {
        if (packages.Count == 0) return null;
        var key = Digest.FromHash(SHA256.HashData(Encoding.UTF8.GetBytes($"packages\n{stack.Layer}\n{string.Join('\n', packages)}\n")));
        using var turn = await _building.EnterAsync(key.Value, cancel);
        if (await FindAsync(key, cancel) is { } found)
        {
            await log.StepSkippedAsync(Step, $"Unchanged: {string.Join(", ", packages)} on {stack.Name}, from layer {found.Short}");
            return found;
        }

        Digest? made = null;
        await log.StepAsync(Step, $"Installing Debian packages on the stack {stack.Name}", async () =>
        {
            await log.LineAsync(string.Join(' ', packages));
            var lines = new LineSplitter(log.LineAsync);
            var layer = await runner.CallAsync(
                RunnerVerb.AddPackages, new PackagesRequest(stack.Name, packages), ContractsJson.Default.PackagesRequest,
                ContractsJson.Default.LayerInfo, payload => lines.WriteAsync(payload), cancel);
            await lines.EndAsync();
            await SaveAsync(key, layer, cancel);
            made = layer.Digest;
            return $"{layer.Files:N0} files, {Size.Text(layer.Bytes)}";
        });
        return made;
    }

    private async Task<Digest?> FindAsync(Digest key, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        if (await store.LayerKeys.SingleOrDefaultAsync(row => row.Key == key.Value, cancel) is not { } row) return null;
        var layer = Digest.Parse(row.Layer);
        if (!LayerFiles.Exists(server, layer)) return null;
        row.UsedAt = time.GetUtcNow();
        await store.SaveChangesAsync(cancel);
        return layer;
    }

    private async Task SaveAsync(Digest key, LayerInfo layer, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        await store.LayerKeys.Where(row => row.Key == key.Value).ExecuteDeleteAsync(cancel);
        store.LayerKeys.Add(new LayerKeyRow { Key = key.Value, Layer = layer.Digest.Value, Bytes = layer.Bytes, Facts = "{}", UsedAt = time.GetUtcNow() });
        await store.SaveChangesAsync(cancel);
    }
}
