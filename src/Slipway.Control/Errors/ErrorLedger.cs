using System.Text;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Api;
using Slipway.Contracts.Names;
using Slipway.Control.Alerts;
using Slipway.Control.Secrets;
using Slipway.Control.Sources;
using Slipway.Control.Store;

namespace Slipway.Control.Errors;

/// <summary>Writes reports down, many at a time in one transaction: counts of all, and of each error the last occurrences.</summary>
internal sealed class ErrorLedger(IDbContextFactory<SlipwayStore> stores, SecretBox secrets, ErrorKeys keys, SourceStore sources, AlertBook alerts)
{
    public const int KeptPerError = 5;

    /// <summary>Of an app; when there are more, those go that were not seen for the longest time.</summary>
    public const int MostErrors = 500;

    /// <summary>Of an app's occurrences together.</summary>
    public const long MostBytes = 8L << 20;

    /// <summary>What holds for an app while a batch of its reports is written.</summary>
    private sealed record AppNow(AppRow App, int Release, string? Source, Scrubbing Scrubbing);

    /// <param name="refused">By app: how many were not looked at.</param>
    public async Task RecordAsync(IReadOnlyList<Report> reports, IReadOnlyDictionary<long, long> refused, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        await using var transaction = await store.Database.BeginTransactionAsync(cancel);
        var byApp = reports.ToLookup(report => report.AppId);
        foreach (var id in byApp.Select(app => app.Key).Union(refused.Keys).Order())
        {
            // It may have been destroyed since it sent them. In a transaction that writes, nobody can do that from here on.
            if (await store.Apps.AsNoTracking().SingleOrDefaultAsync(row => row.Id == id && row.DestroyedAt == null, cancel) is not { } app) continue;
            var tally = await TallyAsync(store, id, cancel);
            tally.Refused += refused.GetValueOrDefault(id);
            var own = byApp[id].ToList();
            if (own.Count > 0)
            {
                tally.Accepted += own.Count;
                await WriteAsync(store, await NowAsync(store, app, cancel), tally, own, cancel);
            }

            await store.SaveChangesAsync(cancel);
            await ThinAsync(store, id, cancel);
        }

        await transaction.CommitAsync(cancel);
    }

    public static AppError View(ErrorRow row) => new(
        row.Uuid, row.Number, row.Type, row.Title, row.Culprit, row.Level, row.Origin, row.Status, row.Count, row.FirstSeen, row.LastSeen,
        row.FirstRelease, row.LastRelease, row.ResolvedIn, row.RegressedAt);

    /// <summary>Version of the release that serves; 0 before the first.</summary>
    public static async Task<int> ReleaseAsync(SlipwayStore store, AppRow app, CancellationToken cancel) =>
        await store.Releases.Where(row => row.Id == app.CurrentReleaseId).Select(row => row.Version).SingleOrDefaultAsync(cancel);

    private async Task<AppNow> NowAsync(SlipwayStore store, AppRow app, CancellationToken cancel)
    {
        var release = await store.Releases.AsNoTracking().Include(row => row.Image).SingleOrDefaultAsync(row => row.Id == app.CurrentReleaseId, cancel);
        var source = release?.Image?.SourceDigest is { } text && Digest.Parse(text) is var digest && sources.Exists(digest) ? sources.FolderOf(digest) : null;
        var secret = secrets.OpenMap(app.ConfigVars);
        foreach (var (key, value) in secrets.OpenMap(app.GeneratedSecrets)) secret.TryAdd(key, value);
        secret["SLIPWAY_ERRORS_KEY"] = keys.KeyOf(app.Uuid);
        return new AppNow(app, release?.Version ?? 0, source, new Scrubbing(secret));
    }

    private static async Task<ErrorTallyRow> TallyAsync(SlipwayStore store, long app, CancellationToken cancel)
    {
        var row = await store.ErrorTallies.SingleOrDefaultAsync(one => one.AppId == app, cancel);
        return row ?? store.ErrorTallies.Add(new ErrorTallyRow { AppId = app }).Entity;
    }

    private async Task WriteAsync(SlipwayStore store, AppNow now, ErrorTallyRow tally, List<Report> reports, CancellationToken cancel)
    {
        var groups = reports.GroupBy(report => report.Fingerprint, StringComparer.Ordinal).ToList();
        var prints = groups.Select(group => group.Key).ToList();
        var known = await store.Errors.Where(row => row.AppId == now.App.Id && prints.Contains(row.Fingerprint)).ToDictionaryAsync(row => row.Fingerprint, StringComparer.Ordinal, cancel);
        foreach (var group in groups)
        {
            var occurrences = group.Select(report => report.Occurrence).OrderBy(one => one.At).ToList();
            if (!known.TryGetValue(group.Key, out var row))
                store.Errors.Add(row = New(now, ++tally.LastNumber, group.Key, occurrences[0]));
            var regressed = row.RegressedAt;
            foreach (var one in occurrences) Count(row, one, now);
            Describe(row, now.Scrubbing, occurrences[^1]);
            if (row.Id == 0 || row.RegressedAt != regressed)
                await alerts.AddAsync(store, new Alarm(AlertKind.NewError, now.App.Id, row.Uuid.ToString(), ErrorAlert.Of(row, now.Scrubbing.Of(occurrences[^1]), now.App.Name)), cancel);
            foreach (var one in occurrences.TakeLast(KeptPerError)) store.ErrorOccurrences.Add(Row(now, row, one));
        }
    }

    private static ErrorRow New(AppNow now, int number, string fingerprint, ErrorOccurrence first) => new()
    {
        Uuid = Guid.CreateVersion7(), AppId = now.App.Id, Number = number, Fingerprint = fingerprint, Origin = first.Origin,
        Type = "", Title = "", Culprit = "", Level = first.Level, FirstSeen = first.At, LastSeen = first.At, FirstRelease = ReleaseOf(first, now),
    };

    private static void Count(ErrorRow row, ErrorOccurrence one, AppNow now)
    {
        row.Count++;
        if (one.At < row.LastSeen) row.FirstSeen = one.At < row.FirstSeen ? one.At : row.FirstSeen;
        else (row.LastSeen, row.LastRelease) = (one.At, ReleaseOf(one, now));
        if (row is not { Status: ErrorStatus.Resolved, ResolvedIn: { } resolved } || VersionOf(one, now) <= resolved) return;
        (row.Status, row.ResolvedIn, row.RegressedAt) = (ErrorStatus.Open, null, one.At);
    }

    private static void Describe(ErrorRow row, Scrubbing scrubbing, ErrorOccurrence last)
    {
        row.Type = Grouping.TypeOf(last);
        row.Title = scrubbing.Text(Grouping.TitleOf(last));
        row.Culprit = scrubbing.Text(Grouping.CulpritOf(last));
        row.Level = last.Level;
        row.Origin = last.Origin;
    }

    private static ErrorOccurrenceRow Row(AppNow now, ErrorRow error, ErrorOccurrence one)
    {
        if (one.Origin == ErrorOrigin.Log && now.Source is { } folder) one = SourceContext.Fill(one, folder);
        one = now.Scrubbing.Of(one) with { Release = ReleaseOf(one, now) };
        var body = Encoding.UTF8.GetString(Slimming.Write(Slimming.Fit(one)));
        return new ErrorOccurrenceRow { Uuid = Guid.CreateVersion7(), AppId = now.App.Id, Error = error, At = one.At, Bytes = body.Length, Body = body };
    }

    private static string ReleaseOf(ErrorOccurrence one, AppNow now) => one.Release ?? $"v{now.Release}";

    /// <summary>What the app calls its release says nothing of what came later, unless it is ours.</summary>
    private static int VersionOf(ErrorOccurrence one, AppNow now) =>
        one.Release is ['v', .. var digits] && int.TryParse(digits, out var version) ? version : now.Release;

    private static async Task ThinAsync(SlipwayStore store, long app, CancellationToken cancel)
    {
        var errors = await store.Errors.CountAsync(row => row.AppId == app, cancel);
        if (errors > MostErrors)
        {
            var oldest = await store.Errors.Where(row => row.AppId == app).OrderBy(row => row.LastSeen).Take(errors - MostErrors).Select(row => row.Id).ToListAsync(cancel);
            await store.Errors.Where(row => oldest.Contains(row.Id)).ExecuteDeleteAsync(cancel);
        }

        var kept = await store.ErrorOccurrences.Where(row => row.AppId == app).Select(row => new KeptOccurrence(row.Id, row.ErrorId, row.Bytes)).ToListAsync(cancel);
        var tooMany = kept.GroupBy(one => one.ErrorId).SelectMany(error => error.OrderByDescending(one => one.Id).Skip(KeptPerError)).ToList();
        List<long> gone = [.. tooMany.Select(one => one.Id), .. Thinning.Choose([.. kept.Except(tooMany)], MostBytes)];
        if (gone.Count > 0) await store.ErrorOccurrences.Where(row => gone.Contains(row.Id)).ExecuteDeleteAsync(cancel);
    }
}
