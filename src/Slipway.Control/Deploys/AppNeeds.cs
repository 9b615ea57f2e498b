using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Control.Addons;
using Slipway.Control.Images;
using Slipway.Control.Secrets;
using Slipway.Control.Store;

namespace Slipway.Control.Deploys;

/// <summary>Gives an app what its image says it needs before a release of it can run: a database, volumes.</summary>
internal sealed class AppNeeds(IDbContextFactory<SlipwayStore> stores, AddonLedger addons, AttachmentLedger attachments, AddonProvisioning provisioning, RunnerClient runner, SecretBox secrets, TimeProvider time)
{
    /// <summary>What a volume may hold when nobody says.</summary>
    public const long VolumeBytes = 10L << 30;
    private const string Attachment = "DATABASE";

    private static readonly string UrlVariable = AttachmentLedger.VariableOf(Attachment);

    /// <returns>The config vars to release with.</returns>
    public async Task<IReadOnlyDictionary<string, string>> MeetAsync(AppRow app, ImageFacts facts, DeployLog log, CancellationToken cancel)
    {
        foreach (var (name, path) in facts.Volumes) await MakeVolumeAsync(app, VolumeName.Parse(name), path, facts.VolumeSizes.TryGetValue(name, out var bytes) ? bytes : null, log, cancel);

        var config = await ConfigAsync(app.Id, cancel);
        if (facts.Django is not { WantsDatabase: true } || config.ContainsKey(UrlVariable)) return config;
        await log.LineAsync("The app has no database configured: it gets one in PostgreSQL.");
        var addon = await stores.ChangeAsync(store => AddDatabaseAsync(store, app.Id, cancel), cancel);
        await provisioning.ProvisionAsync(addon.Id, log.LineAsync, cancel);
        await log.LineAsync($"{addon.Name} is ready; its address is in {UrlVariable}.");
        return await stores.ChangeAsync(async store =>
        {
            var row = await store.Apps.SingleAsync(one => one.Id == app.Id, cancel);
            var renewed = await attachments.RenewAsync(store, app.Id, secrets.OpenMap(row.ConfigVars), null, cancel);
            row.ConfigVars = secrets.SealMap(renewed);
            await store.SaveChangesAsync(cancel);
            return renewed;
        }, cancel);
    }

    /// <summary>The one that it has, though its config var was taken away; or a new one.</summary>
    private async Task<AddonRow> AddDatabaseAsync(SlipwayStore store, long appId, CancellationToken cancel)
    {
        await using var transaction = await store.Database.BeginTransactionAsync(cancel);
        var attached = await store.AddonAttachments.Where(row => row.AppId == appId && row.Name == Attachment)
            .Join(store.Addons, attachment => attachment.AddonId, addon => addon.Id, (_, addon) => addon).FirstOrDefaultAsync(cancel);
        var (kind, app) = (AddonKinds.Of(Postgresql.Name), await store.Apps.SingleAsync(row => row.Id == appId, cancel));
        var addon = attached ?? await addons.AddAsync(store, app, new AddonRequest(kind, kind.Plans[0].Name, null), cancel);
        await transaction.CommitAsync(cancel);
        return addon;
    }

    private async Task<IReadOnlyDictionary<string, string>> ConfigAsync(long appId, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        return secrets.OpenMap(await store.Apps.Where(row => row.Id == appId).Select(row => row.ConfigVars).SingleAsync(cancel));
    }

    private async Task MakeVolumeAsync(AppRow app, VolumeName name, string path, long? wanted, DeployLog log, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var row = await store.Volumes.SingleOrDefaultAsync(volume => volume.AppId == app.Id && volume.Name == name.Value, cancel);
        var bytes = row?.SizeBytes ?? wanted ?? VolumeBytes;
        if (wanted is not null && wanted != bytes) await log.LineAsync($"Volume {name} keeps its {Sources.Size.Text(bytes)}: a size counts when the volume is made.");
        // The runner first: a row names a volume that exists. Making one that exists keeps its data.
        await runner.SendAsync(
            RunnerVerb.CreateVolume, new VolumeRequest(AppName.Parse(app.Handle), name, app.Uid, bytes),
            ContractsJson.Default.VolumeRequest, cancel);
        if (row is not null)
        {
            if (row.MountPath == path) return;
            row.MountPath = path;
        }
        else
        {
            store.Volumes.Add(new VolumeRow { AppId = app.Id, Name = name.Value, MountPath = path, SizeBytes = bytes, CreatedAt = time.GetUtcNow() });
            await log.LineAsync($"Volume {name} at {path}, up to {Sources.Size.Text(bytes)}: what is written there outlives releases.");
        }

        await store.SaveChangesAsync(cancel);
    }
}
