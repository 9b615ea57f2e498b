using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Errors;
using Slipway.Control.Deploys;
using Slipway.Control.Store;

namespace Slipway.Control.Webhooks;

/// <summary>
/// Deploys what webhooks asked for. While another deploy of the app runs they wait, and however many came meanwhile, one
/// deploy of the newest commit answers them all.
/// </summary>
internal sealed partial class WebhookDeploys(
    IDbContextFactory<SlipwayStore> stores, ForgeWebhooks webhooks, Deployer deployer, TimeProvider time, ILogger<WebhookDeploys> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Channel<long> _asked = Channel.CreateUnbounded<long>();

    public void Ask(WebhookRow webhook) => _asked.Writer.TryWrite(webhook.Id);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using (var store = await stores.CreateDbContextAsync(stoppingToken))
            foreach (var left in await store.Webhooks.Where(row => row.Wanted > row.Started).Select(row => row.Id).ToListAsync(stoppingToken)) _asked.Writer.TryWrite(left);

        await foreach (var id in _asked.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                if (!await StartAsync(id, stoppingToken)) _ = AskLaterAsync(id, stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogFailure(e, id);
                _ = AskLaterAsync(id, stoppingToken);
            }
        }
    }

    /// <returns>False when another deploy has to end first.</returns>
    private async Task<bool> StartAsync(long id, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var row = await store.Webhooks.AsNoTracking().FirstOrDefaultAsync(row => row.Id == id, cancel);
        if (row is null || row.Wanted <= row.Started) return true;
        var app = await store.Apps.SingleAsync(app => app.Id == row.AppId, cancel);
        try
        {
            await deployer.StartRemoteAsync(app.Id, webhooks.SourceOf(row), null, app.OwnerId, cancel);
        }
        catch (SlipwayException e) when (e.Status == 409)
        {
            return false;
        }
        catch (SlipwayException e) when (e.Status == 404)
        {
            return true; // the app is being destroyed
        }

        // Only now: a slipwayd killed before this line deploys once more, and none is lost.
        await store.Webhooks.Where(other => other.Id == id).ExecuteUpdateAsync(set => set.SetProperty(other => other.Started, row.Wanted), cancel);
        return true;
    }

    private async Task AskLaterAsync(long id, CancellationToken cancel)
    {
        await Task.Delay(Pause, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _asked.Writer.TryWrite(id);
    }

    [LoggerMessage(LogLevel.Error, "The deploy that webhook {Webhook} asked for could not be started; trying again")]
    private partial void LogFailure(Exception e, long webhook);
}

internal static class WebhooksServices
{
    public static IServiceCollection AddWebhooks(this IServiceCollection services) => services
        .AddSingleton<ForgeWebhooks>()
        .AddSingleton<WebhookDeploys>()
        .AddHostedService(provider => provider.GetRequiredService<WebhookDeploys>());
}
