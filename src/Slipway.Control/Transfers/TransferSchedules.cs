using Microsoft.EntityFrameworkCore;
using Slipway.Control.Addons;
using Slipway.Control.Store;

namespace Slipway.Control.Transfers;

/// <summary>Daily backups at an hour, and how many of them are kept.</summary>
internal sealed class TransferSchedules(IDbContextFactory<SlipwayStore> stores, TransferLedger ledger, TransferFiles files, TimeProvider time)
{
    public const int KeepDays = 7;
    public const int KeepWeeks = 4;

    /// <summary>Asks for those that are due. The row's day is spent first, so a crash costs one backup rather than making two.</summary>
    public async Task AskAsync(CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        await using var store = await stores.CreateDbContextAsync(cancel);
        foreach (var schedule in await store.TransferSchedules.ToListAsync(cancel))
        {
            var local = TimeZoneInfo.ConvertTime(now, TimeZoneInfo.FindSystemTimeZoneById(schedule.Timezone));
            var today = local.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
            if (local.Hour < schedule.Hour || schedule.LastDay == today) continue;
            var addon = await store.Addons.FirstOrDefaultAsync(row => row.Id == schedule.AddonId && row.State == AddonState.Provisioned, cancel);
            schedule.LastDay = today;
            await store.SaveChangesAsync(cancel);
            if (addon is null) continue;
            await ledger.AddAsync(new TransferRow
            {
                AppId = addon.AppId, AddonId = addon.Id, ScheduleUuid = schedule.Uuid, Kind = TransferKind.Backup, State = TransferState.Pending,
                FromName = schedule.Name, ToName = "SCHEDULED BACKUP", Log = "",
            }, cancel);
            await ForgetAsync(store, schedule, now, cancel);
        }
    }

    /// <summary>Of the scheduled ones that succeeded, the last seven days stay, and the first of each of four weeks.</summary>
    private async Task ForgetAsync(SlipwayStore store, TransferScheduleRow schedule, DateTimeOffset now, CancellationToken cancel)
    {
        var old = (await store.Transfers.Where(row => row.ScheduleUuid == schedule.Uuid && row.State == TransferState.Succeeded).ToListAsync(cancel))
            .Where(row => now - row.CreatedAt > TimeSpan.FromDays(KeepDays)).ToList();
        var kept = old.Where(row => now - row.CreatedAt <= TimeSpan.FromDays(7 * KeepWeeks + KeepDays))
            .GroupBy(row => (int)((now - row.CreatedAt).TotalDays / 7)).Select(week => week.MinBy(row => row.CreatedAt)!.Id).ToHashSet();
        foreach (var row in old.Where(row => !kept.Contains(row.Id)))
        {
            store.Transfers.Remove(row);
            await store.SaveChangesAsync(cancel);
            files.Delete(row.Uuid);
        }
    }
}
