using Microsoft.EntityFrameworkCore;
using Slipway.Control.Store;

namespace Slipway.Control.Addons;

/// <summary>
/// Which database cluster is this server's, as the store knows it. The volume has the same id in a file; only while the
/// store says that none was ever created may one be made.
/// </summary>
/// <param name="Created">Databases may be in it.</param>
internal sealed record PostgresCluster(Guid Id, bool Created)
{
    private const string IdKey = "postgresql.cluster";
    private const string CreatedKey = "postgresql.created";

    public static async Task<PostgresCluster> ReadAsync(IDbContextFactory<SlipwayStore> stores, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        if (await store.Settings.SingleOrDefaultAsync(row => row.Key == IdKey, cancel) is { } known)
            return new PostgresCluster(Guid.Parse(known.Value), await store.Settings.AnyAsync(row => row.Key == CreatedKey, cancel));

        var id = new SettingRow { Key = IdKey, Value = Guid.NewGuid().ToString() };
        store.Settings.Add(id);
        try
        {
            await store.SaveChangesAsync(cancel);
            return new PostgresCluster(Guid.Parse(id.Value), Created: false);
        }
        catch (DbUpdateException e) when (e.IsDuplicate())
        {
            return await ReadAsync(stores, cancel);
        }
    }

    /// <summary>Called when the server answered for the first time, before the first database is made in it.</summary>
    public static async Task MarkCreatedAsync(IDbContextFactory<SlipwayStore> stores, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        if (await store.Settings.AnyAsync(row => row.Key == CreatedKey, cancel)) return;
        store.Settings.Add(new SettingRow { Key = CreatedKey, Value = "1" });
        try
        {
            await store.SaveChangesAsync(cancel);
        }
        catch (DbUpdateException e) when (e.IsDuplicate())
        {
            // Another app's database was the first at the same moment; what matters is that it is written.
        }
    }
}
