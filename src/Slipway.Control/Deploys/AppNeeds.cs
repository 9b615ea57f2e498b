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
internal sealed class AppNeeds(IDbContextFactory<SlipwayStore> stores, Postgresql postgresql, RunnerClient runner, SecretBox secrets, TimeProvider time)
{
    private const long VolumeBytes = 10L << 30;

    /// <returns>The config vars to release with.</returns>
    public async Task<IReadOnlyDictionary<string, string>> MeetAsync(AppRow app, ImageFacts facts, DeployLog log, CancellationToken cancel)
    {
        foreach (var (name, path) in facts.Volumes) await MakeVolumeAsync(app, VolumeName.Parse(name), path, log, cancel);

        var config = await ConfigAsync(app.Id, cancel);
        if (facts.Django is not { WantsDatabase: true } || config.ContainsKey(Postgresql.UrlVariable)) return config;
        await log.LineAsync("The app has no database configured: it gets one in PostgreSQL.");
        var addon = await postgresql.ProvisionAsync(app.Id, log.LineAsync, cancel);
        await log.LineAsync($"{addon.Name} is ready; its address is in {Postgresql.UrlVariable}.");
        return await ConfigAsync(app.Id, cancel);
    }

    private async Task<IReadOnlyDictionary<string, string>> ConfigAsync(long appId, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        return secrets.OpenMap(await store.Apps.Where(row => row.Id == appId).Select(row => row.ConfigVars).SingleAsync(cancel));
    }

    private async Task MakeVolumeAsync(AppRow app, VolumeName name, string path, DeployLog log, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var row = await store.Volumes.SingleOrDefaultAsync(volume => volume.AppId == app.Id && volume.Name == name.Value, cancel);
        // The runner first: a row names a volume that exists. Making one that exists keeps its data.
        await runner.SendAsync(
            RunnerVerb.CreateVolume, new VolumeRequest(AppName.Parse(app.Name), name, app.Uid, row?.SizeBytes ?? VolumeBytes),
            ContractsJson.Default.VolumeRequest, cancel);
        if (row is not null)
        {
            if (row.MountPath == path) return;
            row.MountPath = path;
        }
        else
        {
            store.Volumes.Add(new VolumeRow { AppId = app.Id, Name = name.Value, MountPath = path, SizeBytes = VolumeBytes, CreatedAt = time.GetUtcNow() });
            await log.LineAsync($"Volume {name} at {path}, up to {Sources.Size.Text(VolumeBytes)}: what is written there outlives releases.");
        }

        await store.SaveChangesAsync(cancel);
    }
}
