using Microsoft.EntityFrameworkCore;
using Slipway.Control.Certificates;
using Slipway.Control.Store;

namespace Slipway.Control.Reconcile;

/// <summary>The rows that say what should run, of one app or of all, in the order in which they were made.</summary>
internal sealed record AppRows(
    IReadOnlyList<AppRow> Apps, ILookup<long, FormationRow> Formations, ILookup<long, DomainRow> Domains,
    ILookup<long, VolumeRow> Volumes, ILookup<long, AddonServerRow> Servers, ILookup<long, string> Features)
{
    /// <summary>Without chains and keys, which only the edge needs. Those of the server are under 0.</summary>
    public required ILookup<long, CertificateRow> Certificates { get; init; }

    /// <param name="only">Null for all apps.</param>
    public static async Task<AppRows> ReadAsync(SlipwayStore store, long? only, CancellationToken cancel) => new(
        await store.Apps.AsNoTracking().Where(row => only == null || row.Id == only).OrderBy(row => row.Id).ToListAsync(cancel),
        (await store.Formations.AsNoTracking().Where(row => only == null || row.AppId == only).ToListAsync(cancel)).ToLookup(row => row.AppId),
        (await store.Domains.AsNoTracking().Where(row => only == null || row.AppId == only).OrderBy(row => row.Id).ToListAsync(cancel)).ToLookup(row => row.AppId),
        (await store.Volumes.AsNoTracking().Where(row => only == null || row.AppId == only).OrderBy(row => row.Id).ToListAsync(cancel)).ToLookup(row => row.AppId),
        await ServersAsync(store, only, cancel),
        (await store.AppFeatures.AsNoTracking().Where(row => only == null || row.AppId == only).Select(row => new { row.AppId, row.Name }).ToListAsync(cancel)).ToLookup(row => row.AppId, row => row.Name))
    {
        Certificates = (await store.Certificates.AsNoTracking().Where(row => row.Kind != CertificateKind.Authority && (only == null || row.AppId == only || row.AppId == null))
            .Select(row => new CertificateRow
            {
                Id = row.Id, AppId = row.AppId, Kind = row.Kind, Name = row.Name, FileId = row.FileId, Names = row.Names, ExpiresAt = row.ExpiresAt, Chain = "", Key = "",
            }).ToListAsync(cancel)).ToLookup(row => row.AppId ?? 0),
    };

    /// <summary>The servers of the add-ons that each app has attached.</summary>
    private static async Task<ILookup<long, AddonServerRow>> ServersAsync(SlipwayStore store, long? only, CancellationToken cancel) =>
        (await store.AddonAttachments.AsNoTracking().Where(row => only == null || row.AppId == only)
            .Join(store.Addons, attachment => attachment.AddonId, addon => addon.Id, (attachment, addon) => new { attachment.AppId, addon.ServerId })
            .Join(store.AddonServers, one => one.ServerId, server => server.Id, (one, server) => new { one.AppId, Server = server })
            .ToListAsync(cancel)).ToLookup(one => one.AppId, one => one.Server);
}
