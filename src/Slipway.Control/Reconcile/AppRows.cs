using Microsoft.EntityFrameworkCore;
using Slipway.Control.Store;

namespace Slipway.Control.Reconcile;

/// <summary>The rows that say what should run, of one app or of all, in the order in which they were made.</summary>
internal sealed record AppRows(
    IReadOnlyList<AppRow> Apps, ILookup<long, FormationRow> Formations, ILookup<long, DomainRow> Domains,
    ILookup<long, VolumeRow> Volumes, ILookup<long, AddonRow> Addons)
{
    /// <param name="only">Null for all apps.</param>
    public static async Task<AppRows> ReadAsync(SlipwayStore store, long? only, CancellationToken cancel) => new(
        await store.Apps.AsNoTracking().Where(row => only == null || row.Id == only).OrderBy(row => row.Id).ToListAsync(cancel),
        (await store.Formations.AsNoTracking().Where(row => only == null || row.AppId == only).ToListAsync(cancel)).ToLookup(row => row.AppId),
        (await store.Domains.AsNoTracking().Where(row => only == null || row.AppId == only).OrderBy(row => row.Id).ToListAsync(cancel)).ToLookup(row => row.AppId),
        (await store.Volumes.AsNoTracking().Where(row => only == null || row.AppId == only).OrderBy(row => row.Id).ToListAsync(cancel)).ToLookup(row => row.AppId),
        (await store.Addons.AsNoTracking().Where(row => only == null || row.AppId == only).OrderBy(row => row.Id).ToListAsync(cancel)).ToLookup(row => row.AppId));
}
