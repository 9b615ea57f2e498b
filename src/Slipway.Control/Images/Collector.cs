using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Control.Builds;
using Slipway.Control.Mail;
using Slipway.Control.Sources;
using Slipway.Control.Store;

namespace Slipway.Control.Images;

/// <summary>
/// Removes layers and sources that nothing can need any more. Kept are those of each app's last releases (so that a
/// rollback to one of them needs no build), of what runs, and what was made or used a short while ago.
/// </summary>
internal sealed partial class Collector(
    IDbContextFactory<SlipwayStore> stores, RunnerClient runner, SourceStore sources, PlatformCode platform, MailRelay mail, TimeProvider time,
    ILogger<Collector> logger) : BackgroundService
{
    /// <summary>Releases of each app that can be rolled back to.</summary>
    public const int KeptReleases = 10;

    private static readonly TimeSpan Pause = TimeSpan.FromHours(1);

    /// <summary>A layer is committed before the store knows of it; a deploy takes no longer than this from one to the other.</summary>
    private static readonly TimeSpan Young = TimeSpan.FromHours(1);

    /// <summary>How long a dependency layer that no kept release has stays, for the app that comes back to it.</summary>
    private static readonly TimeSpan KeepDependencies = TimeSpan.FromDays(7);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await CollectAsync(stoppingToken);
            }
            catch (Exception e) when (e is SlipwayException or IOException or DbUpdateException)
            {
                LogFailed(e); // the runner is away or a file is held; the next turn does it
            }
        }
    }

    public async Task CollectAsync(CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var images = await KeptImagesAsync(store, cancel);
        await CollectLayersAsync(store, images, cancel);

        var deploying = await store.Deploys.Where(row => row.FinishedAt == null && row.SourceDigest != null).Select(row => row.SourceDigest!).ToListAsync(cancel);
        var settingUp = await store.Setups.Where(row => row.Status == Setups.SetupStatus.Pending && row.SourceDigest != null).Select(row => row.SourceDigest!).ToListAsync(cancel);
        var kept = images.Select(image => image.SourceDigest).Concat(deploying).Concat(settingUp).Select(Digest.Parse).Append(platform.Digest).Concat(mail.Program is { } relay ? [relay] : []).ToHashSet();
        if (sources.Collect(kept) is > 0 and var count) LogSources(count);
    }

    private static async Task<IReadOnlyList<ImageRow>> KeptImagesAsync(SlipwayStore store, CancellationToken cancel)
    {
        var kept = new HashSet<long>();
        foreach (var app in await store.Apps.AsNoTracking().Select(row => new { row.Id, row.CurrentReleaseId, row.CandidateReleaseId }).ToListAsync(cancel))
        {
            var releases = store.Releases.Where(row => row.AppId == app.Id && row.ImageId != null);
            kept.UnionWith(await releases.Where(row => row.Status == ReleaseStatus.Succeeded)
                .OrderByDescending(row => row.Version).Take(KeptReleases).Select(row => row.ImageId!.Value).ToListAsync(cancel));
            kept.UnionWith(await releases.Where(row => row.Id == app.CurrentReleaseId || row.Id == app.CandidateReleaseId || row.Status == ReleaseStatus.Pending)
                .Select(row => row.ImageId!.Value).ToListAsync(cancel));
            // The next build takes over what did not change since the last one, whatever became of its release.
            kept.UnionWith(await store.Images.Where(row => row.AppId == app.Id).OrderByDescending(row => row.Id).Take(1).Select(row => row.Id).ToListAsync(cancel));
        }

        return [.. (await store.Images.AsNoTracking().ToListAsync(cancel)).Where(image => kept.Contains(image.Id))];
    }

    /// <summary>Layers that the next collection would remove; where it does its work, they are young.</summary>
    public async Task<IReadOnlyList<LayerInfo>> UnusedAsync(CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        return await UnusedAsync(store, await KeptImagesAsync(store, cancel), cancel);
    }

    private async Task<IReadOnlyList<LayerInfo>> UnusedAsync(SlipwayStore store, IReadOnlyList<ImageRow> images, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var keep = images.SelectMany(ImageLayers.Of).ToHashSet();
        foreach (var stack in await runner.CallAsync(RunnerVerb.Stacks, ContractsJson.Default.IReadOnlyListStackInfo, cancel)) keep.Add(stack.Layer);
        foreach (var key in await store.LayerKeys.AsNoTracking().Where(row => row.UsedAt > now - KeepDependencies).ToListAsync(cancel)) keep.Add(Digest.Parse(key.Layer));

        var all = await runner.CallAsync(RunnerVerb.Layers, ContractsJson.Default.IReadOnlyListLayerInfo, cancel);
        return [.. all.Where(layer => !keep.Contains(layer.Digest) && layer.CreatedAt <= now - Young)];
    }

    private async Task CollectLayersAsync(SlipwayStore store, IReadOnlyList<ImageRow> images, CancellationToken cancel)
    {
        foreach (var layer in await UnusedAsync(store, images, cancel))
        {
            // The key first: a build that finds a key must find its layer.
            await store.LayerKeys.Where(row => row.Layer == layer.Digest.Value).ExecuteDeleteAsync(cancel);
            try
            {
                await runner.SendAsync(RunnerVerb.RemoveLayer, new LayerRequest(layer.Digest), ContractsJson.Default.LayerRequest, cancel);
                LogLayer(layer.Digest, layer.Bytes);
            }
            catch (SlipwayException e) when (e.Status == 409)
            {
                LogInUse(layer.Digest, e.Error.Message); // an instance that is being drained
            }
        }
    }

    [LoggerMessage(LogLevel.Information, "Removed layer {Layer}, {Bytes} bytes: no kept release has it")]
    private partial void LogLayer(Digest layer, long bytes);

    [LoggerMessage(LogLevel.Debug, "Layer {Layer} stays: {Why}")]
    private partial void LogInUse(Digest layer, string why);

    [LoggerMessage(LogLevel.Information, "Removed {Count} sources that no kept release was built from")]
    private partial void LogSources(int count);

    [LoggerMessage(LogLevel.Warning, "Collecting unused layers and sources failed; trying again in an hour")]
    private partial void LogFailed(Exception e);
}
