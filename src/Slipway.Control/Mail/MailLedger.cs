using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Api;
using Slipway.Control.Access;
using Slipway.Control.Events;
using Slipway.Control.Store;

namespace Slipway.Control.Mail;

/// <summary>A message as the relay hands it over.</summary>
/// <param name="Id">The relay's.</param>
internal sealed record TakenMail(Guid Id, DateTimeOffset At, string Sender, IReadOnlyList<string> Recipients, string Subject, long Bytes);

/// <summary>What apps sent: the newest of each, and all that is yet to be sent on.</summary>
internal sealed class MailLedger(IDbContextFactory<SlipwayStore> stores, MailFiles files, Outgoing outgoing, MailBell bell, EventLog events, TimeProvider time)
{
    private readonly SemaphoreSlim _writing = new(1);

    /// <summary>It is known already: the relay did not hear so the last time.</summary>
    public async Task<bool> HasAsync(Guid message, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        return await store.Mail.AnyAsync(row => row.Uuid == message, cancel);
    }

    /// <summary>False while so much of the app's is yet to be sent that the relay has to hold the rest.</summary>
    public async Task<bool> HasRoomAsync(MailApp app, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var queued = store.Mail.Where(row => row.AppId == app.Id && row.State == MailState.Queued);
        return await queued.CountAsync(cancel) < MailLimits.Queued && await queued.SumAsync(row => row.Bytes, cancel) < MailLimits.QueuedBytes;
    }

    /// <summary>Writes down a message whose file is there; what there is no room for any more goes.</summary>
    public async Task TakeAsync(MailApp app, TakenMail taken, CancellationToken cancel)
    {
        var sends = await outgoing.SmarthostAsync(cancel) is not null;
        await _writing.WaitAsync(cancel);
        try
        {
            await using var store = await stores.CreateDbContextAsync(cancel);
            if (await store.Mail.AnyAsync(row => row.Uuid == taken.Id, cancel)) return;
            var (tally, now, recipients) = (await TallyAsync(store, app.Id, cancel), time.GetUtcNow(), string.Join('\n', taken.Recipients));
            tally.Taken++;
            store.Mail.Add(new MailRow
            {
                Uuid = taken.Id, AppId = app.Id, Number = ++tally.LastNumber, At = taken.At < now ? taken.At : now, Sender = taken.Sender, Recipients = recipients, Pending = recipients,
                Subject = taken.Subject, Bytes = taken.Bytes, HasContent = true, State = sends ? MailState.Queued : MailState.Kept, QueuedAt = sends ? now : null, DueAt = sends ? now : null,
            });
            await store.SaveChangesAsync(cancel);
            await PruneAsync(store, app, tally, cancel);
        }
        finally
        {
            _writing.Release();
        }

        if (sends) bell.Ring();
    }

    /// <summary>Has it sent, once more or after all.</summary>
    /// <exception cref="Contracts.Errors.SlipwayException">404 <c>smarthost_unset</c>; 409 <c>mail_content_gone</c>, <c>mail_queued</c>.</exception>
    public async Task SendAsync(SlipwayStore store, AppRow app, MailRow row, Actor actor, CancellationToken cancel)
    {
        await outgoing.RequireAsync(cancel);
        if (!row.HasContent) throw MailErrors.Gone(row);
        if (row.State == MailState.Queued) throw MailErrors.Queued(row);
        var now = time.GetUtcNow();
        var pending = row.State == MailState.Failed && row.Pending.Length > 0 ? row.Pending : row.Recipients;
        await using var transaction = await store.Database.BeginTransactionAsync(cancel);
        await store.Mail.Where(one => one.Id == row.Id).ExecuteUpdateAsync(change => change
            .SetProperty(one => one.State, MailState.Queued).SetProperty(one => one.Pending, pending).SetProperty(one => one.Refused, "").SetProperty(one => one.Attempts, 0)
            .SetProperty(one => one.QueuedAt, now).SetProperty(one => one.DueAt, now).SetProperty(one => one.DoneAt, (DateTimeOffset?)null), cancel);
        events.Add(store, actor.Email, "mail.send", EventTarget.Of(app), after: $"#{row.Number} to {string.Join(", ", pending.Split('\n'))}");
        await store.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        bell.Ring();
    }

    public async Task SetLimitAsync(SlipwayStore store, AppRow app, int? limit, Actor actor, CancellationToken cancel)
    {
        await _writing.WaitAsync(cancel);
        try
        {
            var tally = await TallyAsync(store, app.Id, cancel);
            events.Add(store, actor.Email, "mail.limit", EventTarget.Of(app), Text(tally.HourlyLimit), Text(limit));
            tally.HourlyLimit = limit;
            await store.SaveChangesAsync(cancel);
        }
        finally
        {
            _writing.Release();
        }

        static string Text(int? limit) => $"{limit ?? MailLimits.Hourly} an hour";
    }

    /// <summary>Once in a while: what was sent some days ago needs no file any more.</summary>
    public async Task TidyAsync(CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var before = time.GetUtcNow() - MailLimits.SentContent;
        foreach (var old in await store.Mail.Where(row => row.HasContent && row.State == MailState.Sent && row.DoneAt < before).Select(row => new { row.Id, row.Uuid, App = row.App!.Uuid }).ToListAsync(cancel))
        {
            await store.Mail.Where(row => row.Id == old.Id).ExecuteUpdateAsync(change => change.SetProperty(row => row.HasContent, false), cancel);
            files.Remove(old.App, old.Uuid);
        }
    }

    public static MailEntry View(MailRow row) => new(
        row.Uuid, row.Number, row.At, row.State, row.Sender, row.Recipients.Split('\n'), row.Subject, row.Bytes, row.HasContent, row.Answer, row.Attempts, row.DueAt, row.DoneAt);

    private static async Task<MailTallyRow> TallyAsync(SlipwayStore store, long app, CancellationToken cancel)
    {
        if (await store.MailTallies.SingleOrDefaultAsync(row => row.AppId == app, cancel) is { } known) return known;
        return store.MailTallies.Add(new MailTallyRow { AppId = app }).Entity;
    }

    /// <summary>The oldest go first, and none that is yet to be sent. Rows before files: a row without its file would be a promise.</summary>
    private async Task PruneAsync(SlipwayStore store, MailApp app, MailTallyRow tally, CancellationToken cancel)
    {
        var (count, bytes, gone) = (0, 0L, new List<(long Id, Guid Uuid, MailState State)>());
        foreach (var row in await store.Mail.AsNoTracking().Where(row => row.AppId == app.Id).OrderByDescending(row => row.Id)
            .Select(row => new { row.Id, row.Uuid, row.State, Bytes = row.HasContent ? row.Bytes : 0 }).ToListAsync(cancel))
        {
            if (row.State == MailState.Queued) continue;
            count++;
            bytes += row.Bytes;
            if (count > MailLimits.Kept || (bytes > MailLimits.KeptBytes && count > 1)) gone.Add((row.Id, row.Uuid, row.State));
        }

        if (gone.Count == 0) return;
        tally.Dropped += gone.Count(one => one.State != MailState.Sent);
        var ids = gone.Select(one => one.Id).ToList();
        await using var transaction = await store.Database.BeginTransactionAsync(cancel);
        await store.SaveChangesAsync(cancel);
        await store.Mail.Where(row => ids.Contains(row.Id)).ExecuteDeleteAsync(cancel);
        await transaction.CommitAsync(cancel);
        foreach (var one in gone) files.Remove(app.Uuid, one.Uuid);
    }
}
