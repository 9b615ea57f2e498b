using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Errors;
using Slipway.Control.Events;
using Slipway.Control.Reconcile;
using Slipway.Control.Secrets;
using Slipway.Control.Stacks;
using Slipway.Control.Store;

namespace Slipway.Control.Addons;

/// <summary>Makes what the <see cref="AddonLedger"/> says, and takes it away.</summary>
internal sealed class AddonProvisioning(
    IDbContextFactory<SlipwayStore> stores, AddonServers servers, ServerConsole console, StackCatalog stacks, Reconciler reconciler, PostgresDoor door,
    SecretBox secrets, EventLog events)
{
    private sealed record Found(AddonRow Addon, AddonServerRow Server, AppRow Owner);

    /// <summary>Returns when the add-on can be used; done already: at once.</summary>
    /// <param name="progress">Gets lines to show when the stack has to be built first.</param>
    /// <exception cref="SlipwayException">503 <c>database_unavailable</c>, 500 <c>database_command_failed</c>, why a stack could not be built.</exception>
    public async Task ProvisionAsync(long addonId, Func<string, ValueTask> progress, CancellationToken cancel)
    {
        if (await FindAsync(addonId, cancel) is not { } found || found.Addon.State == AddonState.Provisioned) return;
        var (kind, url) = (AddonKinds.Of(found.Addon.Service), new Uri(secrets.Open(found.Addon.Url)));
        await stacks.FindAsync(kind.Stack, progress, cancel);
        reconciler.Wake();
        await console.WaitAsync(found.Server, kind.Ready(url), cancel);
        // Before the first data are in it: from here on an empty volume is a lost one.
        await stores.ChangeAsync(store => store.AddonServers.Where(row => row.Id == found.Server.Id).ExecuteUpdateAsync(set => set.SetProperty(row => row.HasData, true), cancel), cancel);
        if (kind.Create(url) is { } create) await console.RunAsync(found.Server, create, cancel);
        await stores.ChangeAsync(async store =>
        {
            var row = await store.Addons.SingleAsync(one => one.Id == addonId, cancel);
            if (row.State == AddonState.Provisioning) row.State = AddonState.Provisioned;
            events.Add(store, "slipway", "addon.provision", EventTarget.Of(found.Owner), after: $"{row.Name} ({kind.Service}:{row.Plan} in {found.Server.Name})");
            return await store.SaveChangesAsync(cancel);
        }, cancel);
        door.Look();
    }

    /// <summary>Deletes the add-on with its data; absent: no error. From its first write on there is no way back, and it may be repeated until it is done.</summary>
    public async Task DeprovisionAsync(long addonId, CancellationToken cancel)
    {
        if (await FindAsync(addonId, cancel) is not { } found) return;
        var (kind, url) = (AddonKinds.Of(found.Addon.Service), new Uri(secrets.Open(found.Addon.Url)));
        await stores.ChangeAsync(async store =>
        {
            if (await store.Addons.SingleOrDefaultAsync(row => row.Id == addonId, cancel) is { } addon) addon.State = AddonState.Deprovisioned;
            return await store.SaveChangesAsync(cancel);
        }, cancel);
        door.Look();
        reconciler.Wake();
        if (kind.Drop(url) is { } drop)
        {
            await console.WaitAsync(found.Server, kind.Ready(url), cancel);
            await console.RunAsync(found.Server, drop, cancel);
        }

        if (!kind.IsShared)
        {
            await reconciler.UntilAsync(pass => pass.Actual.Instances.All(i => i.App.Value != found.Server.Name)
                && !pass.UnderWay.Any(key => key.StartsWith($"start {found.Server.Name} ", StringComparison.Ordinal)), cancel);
            await servers.RemoveAsync(found.Server, cancel);
        }

        await stores.ChangeAsync(async store =>
        {
            if (await store.Addons.SingleOrDefaultAsync(row => row.Id == addonId, cancel) is not { } addon) return 0;
            store.Addons.Remove(addon);
            if (!kind.IsShared) store.AddonServers.Remove(await store.AddonServers.SingleAsync(row => row.Id == addon.ServerId, cancel));
            events.Add(store, "slipway", "addon.deprovision", EventTarget.Of(found.Owner), before: addon.Name);
            return await store.SaveChangesAsync(cancel);
        }, cancel);
        reconciler.Wake();
    }

    private async Task<Found?> FindAsync(long addonId, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        return await store.Addons.AsNoTracking().Where(addon => addon.Id == addonId)
            .Join(store.AddonServers, addon => addon.ServerId, server => server.Id, (addon, server) => new { addon, server })
            .Join(store.Apps, one => one.addon.AppId, app => app.Id, (one, app) => new Found(one.addon, one.server, app))
            .FirstOrDefaultAsync(cancel);
    }
}
