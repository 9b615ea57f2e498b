using System.Collections.Concurrent;
using System.Data.Common;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Deploys;
using Slipway.Contracts.Errors;
using Slipway.Control.Api;
using Slipway.Control.Apps;
using Slipway.Control.Deploys;
using Slipway.Control.Events;
using Slipway.Control.Secrets;
using Slipway.Control.Store;

namespace Slipway.Control.Setups;

/// <summary>
/// Takes every setup to its end: begins its deploy, waits for it, writes down what came of it. One that slipwayd's end cut
/// off is begun again at the next start, a few times; its steps do only what is left to do.
/// </summary>
internal sealed partial class SetupRunner(
    IDbContextFactory<SlipwayStore> stores, SetupLedger ledger, SetupSteps steps, Deployer deployer, AppDestruction destruction, SecretBox secrets, EventLog events, TimeProvider time,
    ILogger<SetupRunner> logger) : BackgroundService
{
    private const int MaxAttempts = 3;
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<long, Task> _running = new();
    private CancellationToken _stopping;

    public static string ToJson(SlipwayError error) => JsonSerializer.Serialize(error, ContractsJson.Default.SlipwayError);

    /// <summary>Begins one that was written down.</summary>
    /// <returns>Its deploy; null when it could not be begun at once, which is tried on.</returns>
    public async Task<DeployRow?> BeginAsync(SetupRow setup, CancellationToken cancel)
    {
        DeployRow? deploy = null;
        try
        {
            deploy = await StartAsync(setup, cancel);
        }
        catch (Exception e) when (e is SlipwayException or DbException or DbUpdateException or IOException)
        {
            LogNotBegun(e, setup.AppName);
        }
        finally
        {
            Follow(setup.Id);
        }

        return deploy;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _stopping = stoppingToken;
        await using var store = await stores.CreateDbContextAsync(stoppingToken);
        foreach (var id in await store.Setups.Where(row => row.Status == SetupStatus.Pending).Select(row => row.Id).ToListAsync(stoppingToken)) Follow(id);
    }

    private void Follow(long id) => _running.GetOrAdd(id, FinishAsync);

    private async Task FinishAsync(long id)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                if (await StepAsync(id)) break;
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                break; // the next start goes on with it
            }
            catch (Exception e)
            {
                LogUnfinished(e, id);
                await Task.Delay(Retry, time, _stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        _running.TryRemove(id, out _);
    }

    /// <returns>True when it is over.</returns>
    private async Task<bool> StepAsync(long id)
    {
        await using var store = await stores.CreateDbContextAsync(_stopping);
        var setup = await store.Setups.AsNoTracking().Include(row => row.Account).SingleAsync(row => row.Id == id, _stopping);
        if (setup.Status != SetupStatus.Pending) return true;
        var app = await store.Apps.AsNoTracking().Include(row => row.Owner).FirstOrDefaultAsync(row => row.Id == setup.AppId && row.DestroyedAt == null, _stopping);
        if (app is null)
        {
            await SettleAsync(setup, setup.Error is null ? SetupErrors.AppGone(setup.AppName) : ErrorOf(setup.Error));
            return true;
        }

        if (await SetupLedger.DeployOfAsync(store, setup, _stopping) is not { } deploy)
        {
            await StartAsync(setup, _stopping);
        }
        else if (deploy.Status is DeployStatus.Pending or DeployStatus.Running)
        {
            await deployer.EndAsync(app.Id, _stopping);
            // Nobody is at work on it, and yet it has no end: that is looked at again, not as fast as one can look.
            if (await store.Deploys.AnyAsync(row => row.Id == deploy.Id && row.FinishedAt == null, _stopping)) await Task.Delay(Retry, time, _stopping);
        }
        else if (deploy.Error is { } error && ErrorOf(error).Id == DeployErrors.Interrupted.Id && setup.Error is null)
        {
            var attempts = await store.Deploys.CountAsync(row => row.AppId == app.Id && row.Kind == DeployKind.Setup, _stopping);
            if (attempts < MaxAttempts) await StartAsync(setup, _stopping);
            else await SettleAsync(setup, SetupErrors.CutOffTooOften(attempts));
        }
        else
        {
            var failure = (setup.Error ?? deploy.Error) is { } json ? ErrorOf(json) : null;
            // The app is a name and nothing else: it goes, so that the next try may have the name.
            if (failure?.Step is SetupSteps.FetchStep or SetupSteps.ManifestStep && app.CurrentReleaseId is null) await TakeBackAsync(setup, app, failure);
            await SettleAsync(setup, failure);
        }

        return false;
    }

    /// <summary>Why it failed is written first: with the app goes its deploy, which knows.</summary>
    private async Task TakeBackAsync(SetupRow setup, AppRow app, SlipwayError failure)
    {
        await ledger.ChangeAsync(setup.Id, row => row.Error = ToJson(failure), _stopping);
        await destruction.DestroyAsync(app.Id, setup.Account!.Email, _stopping);
    }

    private Task<DeployRow> StartAsync(SetupRow setup, CancellationToken cancel) =>
        deployer.StartAsync(setup.AppId!.Value, DeployKind.Setup, deploy => steps.RunAsync(deploy, setup.Id), setup.AccountId, cancel);

    private Task SettleAsync(SetupRow setup, SlipwayError? failure) => stores.ChangeAsync(async store =>
    {
        var row = await store.Setups.SingleAsync(row => row.Id == setup.Id, CancellationToken.None);
        if (failure is not null && (await ledger.StateAsync(store, row, CancellationToken.None)).Made is { Count: > 0 } made)
            failure = failure with { Why = $"{failure.Why} What was made stays: {string.Join("; ", made)}.".TrimStart() };
        row.Status = failure is null ? SetupStatus.Succeeded : SetupStatus.Failed;
        row.Error = failure is null ? null : ToJson(failure);
        row.Given = secrets.SealMap(new Dictionary<string, string>());
        row.Source = null; // it may hold a password
        row.UpdatedAt = time.GetUtcNow();
        events.Add(store, setup.Account!.Email, "app.setup", new EventTarget($"app {row.AppName}", row.AppUuid), after: row.Version, result: failure?.Id ?? EventLog.Ok);
        return await store.SaveChangesAsync(CancellationToken.None);
    }, CancellationToken.None);

    private static SlipwayError ErrorOf(string json) => JsonSerializer.Deserialize(json, ContractsJson.Default.SlipwayError)!;

    [LoggerMessage(LogLevel.Warning, "Setting up {App} could not be begun at once; trying again")]
    private partial void LogNotBegun(Exception e, string app);

    [LoggerMessage(LogLevel.Warning, "Setup {Setup} is not finished; trying again")]
    private partial void LogUnfinished(Exception e, long setup);
}

internal static class SetupsServices
{
    public static IServiceCollection AddSetups(this IServiceCollection services) => services
        .AddSingleton<Templates>()
        .AddSingleton<SetupLedger>()
        .AddSingleton<SetupSteps>()
        .AddSingleton<SetupRunner>()
        .AddHostedService(provider => provider.GetRequiredService<SetupRunner>());
}
