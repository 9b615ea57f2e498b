using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using MimeKit;
using Slipway.Contracts.Api;
using Slipway.Contracts.Server;
using Slipway.Control.Events;
using Slipway.Control.Store;

namespace Slipway.Control.Mail;

/// <summary>
/// Sends what is due to the smarthost, one message after another. Each that it puts off waits on its own; a smarthost that cannot be reached
/// at all holds up everything, and is tried less and less often. After a day a message has failed.
/// </summary>
internal sealed partial class MailCourier(
    IDbContextFactory<SlipwayStore> stores, MailFiles files, MailLedger ledger, Outgoing outgoing, MailBell bell, EventLog events, ServerConfig server, TimeProvider time, ILogger<MailCourier> log) : BackgroundService
{
    public static readonly TimeSpan Patience = TimeSpan.FromDays(1);

    private static readonly TimeSpan LongestSleep = TimeSpan.FromMinutes(10), LongestPause = TimeSpan.FromMinutes(5), TidyEvery = TimeSpan.FromHours(1);

    /// <summary>After each attempt that failed for now; the last is repeated.</summary>
    private static readonly TimeSpan[] Waits =
        [TimeSpan.FromSeconds(15), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15), TimeSpan.FromHours(1), TimeSpan.FromHours(2), TimeSpan.FromHours(4)];

    private int _unreached;
    private DateTimeOffset _tidiedAt;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            var sleep = LongestSleep;
            try
            {
                await TidyAsync(stoppingToken);
                sleep = await PassAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is DbException or DbUpdateException or IOException)
            {
                LogTrouble(e); // the disk is full, or the database is held: all of it is still due
                sleep = TimeSpan.FromSeconds(30);
            }

            try
            {
                // What was put off because the smarthost is away is not made due by a new message.
                if (_unreached > 0) await Task.Delay(sleep, time, stoppingToken);
                else await bell.WaitAsync(sleep, time, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task TidyAsync(CancellationToken cancel)
    {
        if (time.GetUtcNow() - _tidiedAt < TidyEvery) return;
        await ledger.TidyAsync(cancel);
        _tidiedAt = time.GetUtcNow();
    }

    /// <returns>How long there is nothing to do.</returns>
    private async Task<TimeSpan> PassAsync(CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        if (await outgoing.SmarthostAsync(cancel) is null) await KeepAsync(store, cancel);
        while (await outgoing.SmarthostAsync(cancel) is { } smarthost)
        {
            var now = time.GetUtcNow();
            var row = await store.Mail.AsNoTracking().Include(one => one.App).Where(one => one.DueAt <= now).OrderBy(one => one.DueAt).ThenBy(one => one.Id).FirstOrDefaultAsync(cancel);
            if (row is null) return await NextAsync(store, now, cancel);
            if (await AttemptAsync(store, row, smarthost, cancel)) _unreached = 0;
            else return Longer(TimeSpan.FromSeconds(Math.Pow(2, Math.Min(++_unreached, 10))), LongestPause);
        }

        return LongestSleep;
    }

    private static TimeSpan Longer(TimeSpan pause, TimeSpan most) => pause < most ? pause : most;

    private async Task<TimeSpan> NextAsync(SlipwayStore store, DateTimeOffset now, CancellationToken cancel)
    {
        var next = await store.Mail.Where(one => one.DueAt != null).MinAsync(one => one.DueAt, cancel);
        return next is { } at && at - now < LongestSleep ? (at > now ? at - now : TimeSpan.Zero) : LongestSleep;
    }

    /// <summary>The smarthost was taken away: what waits for it is kept and shown.</summary>
    private static Task KeepAsync(SlipwayStore store, CancellationToken cancel) =>
        store.Mail.Where(row => row.State == MailState.Queued).ExecuteUpdateAsync(change => change
            .SetProperty(row => row.State, MailState.Kept).SetProperty(row => row.DueAt, (DateTimeOffset?)null).SetProperty(row => row.QueuedAt, (DateTimeOffset?)null), cancel);

    /// <returns>False when the smarthost was not reached: the others need not be tried now.</returns>
    private async Task<bool> AttemptAsync(SlipwayStore store, MailRow row, SmarthostSettings smarthost, CancellationToken cancel)
    {
        var pending = row.Pending.Split('\n');
        await using var content = files.Open(row.App!.Uuid, row.Uuid);
        if (content is null)
        {
            await EndAsync(store, row, MailState.Failed, row.Pending, "Its file is gone.", cancel);
            return true;
        }

        try
        {
            using var message = MailText.Read(content);
            var sender = Address(smarthost.From ?? row.Sender);
            MailText.Complete(message, row.Sender, server.ControlHost, row.At);
            var handover = await outgoing.SendAsync(smarthost, message, sender, [.. pending.Select(Address)], cancel);
            await RecordAsync(store, row, handover, cancel);
            return true;
        }
        catch (HandoverException e) when (e.Id == "smarthost_refused" && e.IsPermanent)
        {
            await EndAsync(store, row, MailState.Failed, row.Pending, e.Message, cancel);
            return true;
        }
        catch (HandoverException e)
        {
            await PutOffAsync(store, row, row.Pending, e.Message, cancel);
            return e.Id == "smarthost_refused";
        }
        catch (Exception e) when (e is FormatException or ArgumentException or InvalidOperationException)
        {
            await EndAsync(store, row, MailState.Failed, row.Pending, $"It cannot be sent as it is: {e.Message}", cancel);
            return true;
        }
    }

    /// <summary>It was taken, though perhaps not for all.</summary>
    private async Task RecordAsync(SlipwayStore store, MailRow row, Handover handover, CancellationToken cancel)
    {
        List<string> never = [.. row.Refused.Split('\n', StringSplitOptions.RemoveEmptyEntries), .. handover.Refused.Where(one => one.IsPermanent).Select(one => $"{one.Address}: {one.Answer}")];
        row.Refused = string.Join('\n', never);
        var later = handover.Refused.Where(one => !one.IsPermanent).ToList();
        var words = string.Join("; ", [handover.Answer, .. later.Select(one => $"{one.Address}: {one.Answer}"), .. never]);
        if (later.Count > 0) await PutOffAsync(store, row, string.Join('\n', later.Select(one => one.Address)), words, cancel);
        else if (never.Count > 0) await EndAsync(store, row, MailState.Failed, "", words, cancel);
        else await EndAsync(store, row, MailState.Sent, "", words, cancel);
    }

    private async Task PutOffAsync(SlipwayStore store, MailRow row, string pending, string answer, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        if (now - row.QueuedAt > Patience)
        {
            await EndAsync(store, row, MailState.Failed, pending, $"Not within a day. The last answer: {answer}", cancel);
            return;
        }

        var due = now + Waits[Math.Min(row.Attempts, Waits.Length - 1)];
        await store.Mail.Where(one => one.Id == row.Id).ExecuteUpdateAsync(change => change
            .SetProperty(one => one.Attempts, row.Attempts + 1).SetProperty(one => one.Pending, pending).SetProperty(one => one.Refused, row.Refused)
            .SetProperty(one => one.Answer, answer).SetProperty(one => one.DueAt, due), cancel);
    }

    private async Task EndAsync(SlipwayStore store, MailRow row, MailState state, string pending, string answer, CancellationToken cancel)
    {
        if (state == MailState.Failed)
            pending = string.Join('\n', [.. pending.Split('\n', StringSplitOptions.RemoveEmptyEntries), .. row.Refused.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(": ")[0])]);
        await using var transaction = await store.Database.BeginTransactionAsync(cancel);
        await store.Mail.Where(one => one.Id == row.Id).ExecuteUpdateAsync(change => change
            .SetProperty(one => one.State, state).SetProperty(one => one.Attempts, row.Attempts + 1).SetProperty(one => one.Pending, pending).SetProperty(one => one.Refused, row.Refused).SetProperty(one => one.Answer, answer)
            .SetProperty(one => one.DueAt, (DateTimeOffset?)null).SetProperty(one => one.DoneAt, time.GetUtcNow()), cancel);
        if (state == MailState.Failed)
            events.Add(store, "slipway", "mail.send", EventTarget.Of(row.App!), after: $"#{row.Number} to {pending.Replace("\n", ", ", StringComparison.Ordinal)}", result: $"failed: {answer}");
        await store.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
    }

    private static MailboxAddress Address(string address) => new(null, address);

    [LoggerMessage(LogLevel.Error, "Mail is not sent on for now")]
    private partial void LogTrouble(Exception e);
}
