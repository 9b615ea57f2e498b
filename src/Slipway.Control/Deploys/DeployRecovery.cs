using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Deploys;
using Slipway.Control.Builds;
using Slipway.Control.Sources;
using Slipway.Control.Store;

namespace Slipway.Control.Deploys;

/// <summary>
/// Settles at start what a stopped or killed slipwayd left: no deploy is ever 'in progress' with nobody at work on it.
/// Done before the API answers.
/// </summary>
internal sealed class DeployRecovery(
    IDbContextFactory<SlipwayStore> stores, DeployOutcome outcome, DeployLogs logs, Deployer deployer, SourceStore sources, PlatformCode platform) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        sources.Open();
        await platform.LoadAsync(cancellationToken);
        await using var store = await stores.CreateDbContextAsync(cancellationToken);
        var left = await store.Deploys.AsNoTracking().Where(row => row.Status == DeployStatus.Running || row.Status == DeployStatus.Pending).ToListAsync(cancellationToken);
        foreach (var deploy in left)
        {
            using var log = logs.Open(deploy.Uuid);
            await outcome.SettleAsync(deploy, log);
            logs.Close(deploy.Uuid);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => deployer.StopAsync(cancellationToken);
}
