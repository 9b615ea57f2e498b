using Microsoft.EntityFrameworkCore;
using Slipway.Control.Store;

namespace Slipway.Control.Mail;

/// <summary>An app as the relay knows it.</summary>
internal sealed record MailApp(long Id, Guid Uuid, string Name, int HourlyLimit);

/// <summary>Which apps there are, by the names that they log in to the relay with.</summary>
internal sealed class MailApps(IDbContextFactory<SlipwayStore> stores)
{
    public async Task<Dictionary<string, MailApp>> AllAsync(CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var rows = await store.Apps.Where(app => app.DestroyedAt == null)
            .Select(app => new { app.Id, app.Uuid, app.Name, app.Handle, Limit = store.MailTallies.Where(tally => tally.AppId == app.Id).Select(tally => tally.HourlyLimit).FirstOrDefault() })
            .ToListAsync(cancel);
        return rows.ToDictionary(row => MailKeys.UserOf(row.Handle, row.Uuid), row => new MailApp(row.Id, row.Uuid, row.Name, row.Limit ?? MailLimits.Hourly));
    }

    /// <returns>Null when there is no such app any more.</returns>
    public async Task<MailApp?> FindAsync(string user, CancellationToken cancel) => (await AllAsync(cancel)).GetValueOrDefault(user);
}
