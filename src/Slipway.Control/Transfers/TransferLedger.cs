using Microsoft.EntityFrameworkCore;
using Slipway.Control.Store;

namespace Slipway.Control.Transfers;

/// <summary>Backups, restores and copies as rows. What is written here is only asked for; the <see cref="TransferRunner"/> does it.</summary>
internal sealed class TransferLedger(IDbContextFactory<SlipwayStore> stores, TransferQueue queue, TimeProvider time)
{
    public async Task<TransferRow> AddAsync(TransferRow asked, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        await using var transaction = await store.Database.BeginTransactionAsync(cancel);
        if (asked.Uuid == Guid.Empty) asked.Uuid = Guid.NewGuid();
        asked.Number = 1 + (await store.Transfers.Where(row => row.AppId == asked.AppId).MaxAsync(row => (int?)row.Number, cancel) ?? 0);
        asked.CreatedAt = asked.UpdatedAt = time.GetUtcNow();
        store.Transfers.Add(asked);
        await store.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        queue.Wake();
        return asked;
    }

    public async Task UpdateAsync(long id, Action<TransferRow> change)
    {
        await using var store = await stores.CreateDbContextAsync();
        if (await store.Transfers.FirstOrDefaultAsync(row => row.Id == id) is not { } row) return;
        change(row);
        row.UpdatedAt = time.GetUtcNow();
        await store.SaveChangesAsync();
    }
}
