using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Control.Images;
using Slipway.Control.Store;

namespace Slipway.Control.Cron;

/// <summary>What is due and what was run, in the store.</summary>
internal sealed class CronLedger(IDbContextFactory<SlipwayStore> stores, TimeProvider time)
{
    /// <summary>Finished runs of an entry that are kept.</summary>
    public const int Kept = 200;

    private static readonly string[] Unfinished = [CronRunState.Waiting, CronRunState.Running];

    // Releases do not change; what their images say of cron is read once.
    private readonly Dictionary<long, IReadOnlyList<CronEntry>> _entries = [];

    /// <summary>The entries of the release that serves.</summary>
    public static async Task<IReadOnlyList<CronEntry>> EntriesAsync(SlipwayStore store, AppRow app, CancellationToken cancel) =>
        await store.Releases.Where(row => row.Id == app.CurrentReleaseId && row.Image != null).Select(row => row.Image!.Facts).SingleOrDefaultAsync(cancel) is { } facts
            ? ImageFacts.Parse(facts).Cron
            : [];

    /// <summary>Records what is due now, each app in one transaction.</summary>
    /// <returns>Runs that are to be ended for a new one, and when the next is due.</returns>
    public async Task<(IReadOnlyList<CronRunRow> Stop, DateTimeOffset? NextAt)> RecordDueAsync(CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var apps = await store.Apps.AsNoTracking().Where(app => app.DestroyedAt == null && app.CurrentReleaseId != null).ToListAsync(cancel);
        await LearnAsync(store, apps, cancel);
        var (stop, next) = (new List<CronRunRow>(), (DateTimeOffset?)null);
        foreach (var app in apps.Where(app => _entries[app.CurrentReleaseId!.Value].Count > 0))
        {
            var plan = await RecordAsync(store, app, _entries[app.CurrentReleaseId!.Value], cancel);
            stop.AddRange(plan.Stop);
            if (plan.NextAt is { } at && (next is null || at < next)) next = at;
        }

        return (stop, next);
    }

    /// <summary>Runs that wait and have nothing to wait for.</summary>
    public async Task<IReadOnlyList<CronRunRow>> ReadyAsync(CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var runs = await store.CronRuns.AsNoTracking().Where(run => Unfinished.Contains(run.State)).OrderBy(run => run.Id).ToListAsync(cancel);
        return [.. runs.GroupBy(run => (run.AppId, run.Name)).Where(group => group.All(run => run.State == CronRunState.Waiting)).Select(group => group.First())];
    }

    public async Task<IReadOnlyList<CronRunRow>> RunningAsync(CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        return await store.CronRuns.AsNoTracking().Where(run => run.State == CronRunState.Running).OrderBy(run => run.Id).ToListAsync(cancel);
    }

    /// <summary>Asks for a run now, whatever the clock says.</summary>
    /// <exception cref="SlipwayException">404 <c>no_cron</c>; 409 <c>cron_waits</c>.</exception>
    public async Task<CronRunRow> AskAsync(AppRow app, string name, string actor, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var entries = await EntriesAsync(store, app, cancel);
        var entry = entries.FirstOrDefault(one => one.Name == name) ?? throw NoSuchEntry(app, name, entries);
        await using var transaction = await store.Database.BeginTransactionAsync(cancel);
        if (await store.CronRuns.AnyAsync(run => run.AppId == app.Id && run.Name == name && run.State == CronRunState.Waiting, cancel)) throw Waits(app, name);
        var row = Row(app, entry, null, CronRunState.Waiting, $"{actor} asked for it.");
        store.CronRuns.Add(row);
        await store.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        return row;
    }

    /// <summary>Changes a run, if it is still there: its app may be gone.</summary>
    public async Task UpdateAsync(long runId, Action<CronRunRow> change, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        if (await store.CronRuns.SingleOrDefaultAsync(run => run.Id == runId, cancel) is not { } row) return;
        change(row);
        await store.SaveChangesAsync(cancel);
        if (!CronRunState.IsFinished(row.State)) return;
        var old = store.CronRuns.Where(run => run.AppId == row.AppId && run.Name == row.Name && !Unfinished.Contains(run.State)).OrderByDescending(run => run.Id).Skip(Kept).Select(run => run.Id);
        await store.CronRuns.Where(run => old.Contains(run.Id)).ExecuteDeleteAsync(cancel);
    }

    private async Task<CronPlan> RecordAsync(SlipwayStore store, AppRow app, IReadOnlyList<CronEntry> entries, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        await using var transaction = await store.Database.BeginTransactionAsync(cancel);
        var clocks = await store.CronClocks.Where(row => row.AppId == app.Id).ToDictionaryAsync(row => row.Name, cancel);
        var unfinished = (await store.CronRuns.Where(run => run.AppId == app.Id && Unfinished.Contains(run.State)).OrderBy(run => run.Id).ToListAsync(cancel)).ToLookup(run => run.Name);
        foreach (var entry in entries)
        {
            var schedule = $"{entry.Schedule} {entry.TimeZone}";
            // Of a new schedule, or one that came back with a rollback, nothing was due before.
            if (!clocks.TryGetValue(entry.Name, out var clock))
                store.CronClocks.Add(clocks[entry.Name] = new CronClockRow { AppId = app.Id, Name = entry.Name, Schedule = schedule, HandledUntil = now });
            else if (clock.Schedule != schedule)
                (clock.Schedule, clock.HandledUntil) = (schedule, now);
        }

        store.CronClocks.RemoveRange(clocks.Values.Where(clock => entries.All(entry => entry.Name != clock.Name)));
        var plan = CronPlan.Of([.. entries.Select(entry => new CronClock(entry, clocks[entry.Name].HandledUntil, [.. unfinished[entry.Name]]))], now);
        foreach (var due in plan.Due)
        {
            clocks[due.Entry.Name].HandledUntil = due.At;
            store.CronRuns.Add(Row(app, due.Entry, due.At, due.State, due.Note));
        }

        await store.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        store.ChangeTracker.Clear();
        return plan;
    }

    private async Task LearnAsync(SlipwayStore store, IReadOnlyList<AppRow> apps, CancellationToken cancel)
    {
        foreach (var gone in _entries.Keys.Except(apps.Select(app => app.CurrentReleaseId!.Value)).ToList()) _entries.Remove(gone);
        foreach (var app in apps.Where(app => !_entries.ContainsKey(app.CurrentReleaseId!.Value)))
            _entries[app.CurrentReleaseId!.Value] = await EntriesAsync(store, app, cancel);
    }

    private CronRunRow Row(AppRow app, CronEntry entry, DateTimeOffset? dueAt, string state, string? note) => new()
    {
        Uuid = Guid.NewGuid(),
        AppId = app.Id,
        Name = entry.Name,
        Command = entry.Command,
        DueAt = dueAt,
        State = state,
        Note = note,
        Size = entry.Size,
        TimeLimitSeconds = entry.TimeLimitSeconds,
        CreatedAt = time.GetUtcNow(),
    };

    private static SlipwayException NoSuchEntry(AppRow app, string name, IReadOnlyList<CronEntry> entries) =>
        new(404, new SlipwayError("no_cron", $"{app.Name} has no cron entry {TypedName.Quote(name)}.")
        {
            Why = entries.Count == 0 ? "The release that serves has none: they are in cron of app.json." : $"It has {string.Join(", ", entries.Select(entry => entry.Name))}.",
            Next = $"slipway cron -a {app.Name}",
        });

    private static SlipwayException Waits(AppRow app, string name) =>
        new(409, new SlipwayError("cron_waits", $"A run of {name} waits already.") { Next = $"slipway cron runs -a {app.Name}" });
}
