using Microsoft.EntityFrameworkCore;
using Slipway.Control.Store;

namespace Slipway.Control.Addons;

/// <summary>
/// Goes on at start with deletions that a stopped or killed slipwayd left half done: their first write is the point of no
/// return. Those of destroyed apps are <see cref="Apps.AppDestruction"/>'s.
/// </summary>
internal sealed partial class AddonRecovery(
    IDbContextFactory<SlipwayStore> stores, AddonProvisioning provisioning, TimeProvider time, ILogger<AddonRecovery> logger) : BackgroundService
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        List<long> left;
        await using (var store = await stores.CreateDbContextAsync(stoppingToken))
            left = await store.Addons.Where(row => row.State == AddonState.Deprovisioned && store.Apps.Any(app => app.Id == row.AppId && app.DestroyedAt == null))
                .Select(row => row.Id).ToListAsync(stoppingToken);
        await Task.WhenAll(left.Select(id => FinishAsync(id, stoppingToken)));
    }

    private async Task FinishAsync(long id, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                await provisioning.DeprovisionAsync(id, cancel);
                return;
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancel.IsCancellationRequested)
            {
                LogUnfinished(e, id); // the runner or the server is away
                await Task.Delay(Retry, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Deleting add-on {Addon} is not finished; trying again")]
    private partial void LogUnfinished(Exception e, long addon);
}
