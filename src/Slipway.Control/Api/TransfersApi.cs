using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Server;
using Slipway.Control.Access;
using Slipway.Control.Addons;
using Slipway.Control.Events;
using Slipway.Control.Secrets;
using Slipway.Control.Store;
using Slipway.Control.Transfers;

namespace Slipway.Control.Api;

/// <summary>Backups, restores and copies of PostgreSQL databases, as Heroku's client asks for them.</summary>
internal static class TransfersApi
{
    private const string DownloadPath = "/slipway/backups/";
    private const long MaxUpload = 1L << 30; // what the edge lets through
    private static readonly TimeSpan UrlLife = TimeSpan.FromHours(1);

    public static void MapTransfers(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/client/v11/apps/{app}/transfers", List).WithName("transfer.list").Needs(AppPermission.Deploy).In(Area.Secrets);
        routes.MapGet("/client/v11/apps/{app}/transfers/{transfer}", Get).WithName("transfer.show").Needs(AppPermission.Deploy).In(Area.Secrets);
        routes.MapDelete("/client/v11/apps/{app}/transfers/{transfer}", Delete).WithName("transfer.delete").Needs(AppPermission.Operate);
        routes.MapPost("/client/v11/apps/{app}/transfers/{transfer}/actions/cancel", Cancel).WithName("transfer.cancel").Needs(AppPermission.Operate);
        routes.MapPost("/client/v11/apps/{app}/transfers/{transfer}/actions/public-url", PublicUrl).WithName("transfer.url").Needs(AppPermission.Deploy).In(Area.Secrets);
        routes.MapPost("/client/v11/databases/{addon}/backups", Capture).WithName("transfer.backup");
        routes.MapPost("/client/v11/databases/{addon}/restores", Restore).WithName("transfer.restore");
        routes.MapPost("/slipway/apps/{app}/addons/{addon}/restores", Upload).WithName("transfer.upload").Needs(AppPermission.Operate);
        routes.MapPost("/client/v11/databases/{addon}/transfers", Copy).WithName("transfer.copy");
        routes.MapGet("/client/v11/databases/{addon}/transfer-schedules", Schedules).WithName("transfer-schedule.list");
        routes.MapPost("/client/v11/databases/{addon}/transfer-schedules", Schedule).WithName("transfer-schedule.create");
        routes.MapDelete("/client/v11/databases/{addon}/transfer-schedules/{schedule}", Unschedule).WithName("transfer-schedule.delete");

        // Anonymous: the address itself is the permission, and runs out.
        routes.MapGet(DownloadPath + "{token}", Download).WithName("transfer.download").AllowAnonymous();
    }

    private static async Task<IResult> List(HttpContext context, AppRequest request, Capabilities capabilities, TransferQueue queue, CancellationToken cancel)
    {
        var rows = await request.Store.Transfers.AsNoTracking().Where(row => row.AppId == request.App.Id).OrderBy(row => row.Id).ToListAsync(cancel);
        return ApiJson.Ok([.. rows.Select(row => View(context, row, capabilities, queue))], ContractsJson.Default.IReadOnlyListTransfer);
    }

    private static async Task<IResult> Get(string transfer, HttpContext context, AppRequest request, Capabilities capabilities, TransferQueue queue, CancellationToken cancel) =>
        ApiJson.Ok(View(context, await FindAsync(request, transfer, cancel), capabilities, queue), ContractsJson.Default.Transfer);

    private static async Task<IResult> Delete(
        string transfer, HttpContext context, AppRequest request, Capabilities capabilities, TransferQueue queue, TransferFiles files, EventLog events, CancellationToken cancel)
    {
        var row = await FindAsync(request, transfer, cancel);
        if (row.State is TransferState.Pending or TransferState.Running)
            throw new SlipwayException(409, new SlipwayError("transfer_running", "It has not ended yet.") { Next = "heroku pg:backups:cancel" });
        var view = View(context, row, capabilities, queue);
        // The row first: a file without one is swept away, a row without its file would be a backup that does not exist.
        request.Store.Transfers.Remove(row);
        events.Add(request.Store, request.Actor.Email, "transfer.delete", EventTarget.Of(request.App), before: Words(row));
        await request.Store.SaveChangesAsync(cancel);
        files.Delete(row.Uuid);
        return ApiJson.Ok(view, ContractsJson.Default.Transfer);
    }

    private static async Task<IResult> Cancel(
        string transfer, HttpContext context, AppRequest request, Capabilities capabilities, TransferQueue queue, TransferLedger ledger, CancellationToken cancel)
    {
        var row = await FindAsync(request, transfer, cancel);
        if (queue.Running.TryGetValue(row.Uuid, out var running)) await running.CancelAsync();
        else await ledger.UpdateAsync(row.Id, one =>
        {
            if (one.State == TransferState.Pending) (one.State, one.FinishedAt) = (TransferState.Canceled, one.UpdatedAt);
        });
        return ApiJson.Ok(View(context, row, capabilities, queue), ContractsJson.Default.Transfer);
    }

    private static async Task<IResult> PublicUrl(string transfer, HttpContext context, AppRequest request, Capabilities capabilities, ServerConfig server, TimeProvider time, CancellationToken cancel)
    {
        var row = await FindAsync(request, transfer, cancel);
        if (row is not { Kind: TransferKind.Backup, State: TransferState.Succeeded })
            throw new SlipwayException(422, new SlipwayError("not_a_backup", "It is not a backup that was finished.") { Next = "heroku pg:backups" });
        return ApiJson.Created(new TransferUrl(Secure(UrlOf(context, row, capabilities), server), time.GetUtcNow() + UrlLife), ContractsJson.Default.TransferUrl);
    }

    private static async Task<IResult> Download(string token, Capabilities capabilities, SlipwayStore store, TransferFiles files, CancellationToken cancel)
    {
        if (capabilities.Check(token) is not { } grant || !grant.StartsWith("backup ", StringComparison.Ordinal)) throw AppRequest.NotFound("backup", token.Length > 20 ? token[..20] : token);
        var uuid = Guid.Parse(grant["backup ".Length..]);
        var row = await store.Transfers.AsNoTracking().FirstOrDefaultAsync(one => one.Uuid == uuid && one.State == TransferState.Succeeded, cancel) ?? throw AppRequest.NotFound("backup", uuid.ToString());
        return TypedResults.File(files.Open(uuid), "application/octet-stream", $"b{row.Number:000}.dump", enableRangeProcessing: true);
    }

    private static async Task<IResult> Capture(
        string addon, HttpContext context, Actor actor, SlipwayStore store, TransferLedger ledger, Capabilities capabilities, TransferQueue queue, EventLog events, CancellationToken cancel)
    {
        var row = await PostgresApi.FindOwnAsync(store, actor, addon, cancel);
        return await AskAsync(context, actor, store, ledger, capabilities, queue, events, new TransferRow
        {
            AppId = row.AppId, AddonId = row.Id, Kind = TransferKind.Backup, State = TransferState.Pending, FromName = await NameAsync(store, row, cancel), ToName = "BACKUP", Log = "",
        }, cancel);
    }

    private static async Task<IResult> Restore(
        string addon, HttpContext context, Actor actor, SlipwayStore store, TransferLedger ledger, Capabilities capabilities, TransferQueue queue, EventLog events, SecretBox secrets, CancellationToken cancel)
    {
        var row = await PostgresApi.FindOwnAsync(store, actor, addon, cancel);
        var body = await context.ReadAsync(ContractsJson.Default.RestoreRequest);
        if (!Uri.TryCreate(body.BackupUrl, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            throw new SlipwayException(422, new SlipwayError("invalid_backup_url", $"{TypedName.Quote(body.BackupUrl)} is not an address of a backup.") { Why = "It begins with https://, or names a backup: heroku pg:backups." });
        var token = url.AbsolutePath.StartsWith(DownloadPath, StringComparison.Ordinal) ? capabilities.Check(url.AbsolutePath[DownloadPath.Length..]) : null;
        Guid? backup = token?.StartsWith("backup ", StringComparison.Ordinal) is true ? Guid.Parse(token["backup ".Length..]) : null;
        return await AskAsync(context, actor, store, ledger, capabilities, queue, events, new TransferRow
        {
            AppId = row.AppId, AddonId = row.Id, Kind = TransferKind.Restore, State = TransferState.Pending, FromName = "BACKUP", ToName = await NameAsync(store, row, cancel), Log = "",
            BackupUuid = backup, SourceUrl = backup is null ? secrets.Seal(url.OriginalString) : null,
        }, cancel);
    }

    /// <summary>A restore of the dump that is the request's body.</summary>
    private static async Task<IResult> Upload(
        string addon, HttpContext context, AppRequest request, TransferFiles files, TransferLedger ledger, Capabilities capabilities, TransferQueue queue, EventLog events, CancellationToken cancel)
    {
        var row = await PostgresApi.FindOwnAsync(request.Store, request.Actor, addon, cancel);
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = MaxUpload;
        var uuid = Guid.NewGuid();
        try
        {
            await using (var file = files.Begin(uuid))
            {
                await context.Request.Body.CopyToAsync(file, cancel);
                file.Flush(flushToDisk: true);
            }

            files.Keep(uuid);
        }
        catch
        {
            files.Delete(uuid);
            throw;
        }

        // From here on a row may name the file; one that none names is swept away.
        return await AskAsync(context, request.Actor, request.Store, ledger, capabilities, queue, events, new TransferRow
        {
            Uuid = uuid, BackupUuid = uuid, AppId = row.AppId, AddonId = row.Id, Kind = TransferKind.Restore, State = TransferState.Pending,
            FromName = "UPLOAD", ToName = await NameAsync(request.Store, row, cancel), Log = "",
        }, cancel);
    }

    /// <summary>From any database that the caller may see into one of an app of theirs.</summary>
    private static async Task<IResult> Copy(
        string addon, HttpContext context, Actor actor, SlipwayStore store, TransferLedger ledger, Capabilities capabilities, TransferQueue queue, EventLog events, SecretBox secrets,
        PublicAddresses addresses, CancellationToken cancel)
    {
        var to = await PostgresApi.FindOwnAsync(store, actor, addon, cancel);
        var body = await context.ReadAsync(ContractsJson.Default.CopyRequest);
        var wanted = addresses.Hide(body.FromUrl ?? "");
        var from = (await AddonActionsApi.Visible(store, actor, AppPermission.Deploy).AsNoTracking().Where(row => row.Service == Postgresql.Name).ToListAsync(cancel)).FirstOrDefault(row => secrets.Open(row.Url) == wanted)
            ?? throw new SlipwayException(422, new SlipwayError("unknown_source", "The source is no database of this server that you may see.")
            {
                Why = "Only databases of this server are copied directly.", Next = "pg_dump --format=custom the other one, then heroku pg:backups:restore URL",
            });
        if (from.Id == to.Id) throw new SlipwayException(422, new SlipwayError("same_database", "The source and the target are the same database."));
        return await AskAsync(context, actor, store, ledger, capabilities, queue, events, new TransferRow
        {
            AppId = to.AppId, AddonId = to.Id, SourceAddonId = from.Id, Kind = TransferKind.Copy, State = TransferState.Pending,
            FromName = body.FromName ?? from.Name, ToName = body.ToName ?? await NameAsync(store, to, cancel), Log = "",
        }, cancel);
    }

    private static async Task<IResult> AskAsync(
        HttpContext context, Actor actor, SlipwayStore store, TransferLedger ledger, Capabilities capabilities, TransferQueue queue, EventLog events, TransferRow asked, CancellationToken cancel)
    {
        var row = await ledger.AddAsync(asked, cancel);
        var app = await store.Apps.AsNoTracking().SingleAsync(one => one.Id == row.AppId, cancel);
        await events.RecordAsync(actor.Email, $"transfer.{row.Kind}", EventTarget.Of(app), null, Words(row), EventLog.Ok, cancel);
        return ApiJson.Created(View(context, row, capabilities, queue), ContractsJson.Default.Transfer);
    }

    private static async Task<IResult> Schedules(string addon, Actor actor, SlipwayStore store, CancellationToken cancel)
    {
        var row = await PostgresApi.FindAsync(store, actor, addon, cancel);
        var all = await store.TransferSchedules.AsNoTracking().Where(one => one.AddonId == row.Id).OrderBy(one => one.Id).ToListAsync(cancel);
        return ApiJson.Ok([.. all.Select(View)], ContractsJson.Default.IReadOnlyListTransferSchedule);
    }

    private static async Task<IResult> Schedule(string addon, HttpContext context, Actor actor, SlipwayStore store, TimeProvider time, EventLog events, CancellationToken cancel)
    {
        var row = await PostgresApi.FindOwnAsync(store, actor, addon, cancel);
        var body = await context.ReadAsync(ContractsJson.Default.TransferScheduleRequest);
        if (!int.TryParse(body.Hour, NumberStyles.None, CultureInfo.InvariantCulture, out var hour) || hour > 23)
            throw new SlipwayException(422, new SlipwayError("invalid_schedule", $"{TypedName.Quote(body.Hour)} is not an hour.") { Why = "It is 0 to 23." });
        var zone = body.Timezone ?? "UTC";
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _)) throw new SlipwayException(422, new SlipwayError("invalid_schedule", $"{TypedName.Quote(zone)} is not a time zone.") { Why = "It is one such as Europe/Berlin." });
        var schedule = await store.TransferSchedules.FirstOrDefaultAsync(one => one.AddonId == row.Id, cancel);
        if (schedule is null)
        {
            schedule = new TransferScheduleRow { Uuid = Guid.NewGuid(), AddonId = row.Id, Name = "", Timezone = "", CreatedAt = time.GetUtcNow() };
            store.TransferSchedules.Add(schedule);
        }

        (schedule.Hour, schedule.Timezone, schedule.UpdatedAt) = (hour, zone, time.GetUtcNow());
        schedule.Name = body.ScheduleName ?? AttachmentLedger.VariableOf(await NameAsync(store, row, cancel));
        // The first is made when its hour comes next, and not for one of today that has passed.
        var local = TimeZoneInfo.ConvertTime(time.GetUtcNow(), TimeZoneInfo.FindSystemTimeZoneById(zone));
        schedule.LastDay = local.Hour >= hour ? local.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : null;
        await store.SaveChangesAsync(cancel);
        var app = await store.Apps.AsNoTracking().SingleAsync(one => one.Id == row.AppId, cancel);
        await events.RecordAsync(actor.Email, "transfer-schedule.create", EventTarget.Of(app), null, $"{row.Name} daily at {hour}:00 {zone}", EventLog.Ok, cancel);
        return ApiJson.Created(View(schedule), ContractsJson.Default.TransferSchedule);
    }

    private static async Task<IResult> Unschedule(string addon, Guid schedule, Actor actor, SlipwayStore store, CancellationToken cancel)
    {
        var row = await PostgresApi.FindOwnAsync(store, actor, addon, cancel);
        var found = await store.TransferSchedules.FirstOrDefaultAsync(one => one.AddonId == row.Id && one.Uuid == schedule, cancel) ?? throw AppRequest.NotFound("schedule", schedule.ToString());
        store.TransferSchedules.Remove(found);
        await store.SaveChangesAsync(cancel);
        return ApiJson.Ok(View(found), ContractsJson.Default.TransferSchedule);
    }

    /// <summary>By number or uuid.</summary>
    private static async Task<TransferRow> FindAsync(AppRequest request, string named, CancellationToken cancel)
    {
        var rows = request.Store.Transfers.Where(row => row.AppId == request.App.Id);
        var found = Guid.TryParse(named, out var uuid) ? await rows.FirstOrDefaultAsync(row => row.Uuid == uuid, cancel)
            : int.TryParse(named, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? await rows.FirstOrDefaultAsync(row => row.Number == number, cancel) : null;
        return found ?? throw AppRequest.NotFound("backup", named);
    }

    /// <summary>As the owner calls it.</summary>
    private static async Task<string> NameAsync(SlipwayStore store, AddonRow row, CancellationToken cancel) =>
        await store.AddonAttachments.Where(one => one.AddonId == row.Id && one.AppId == row.AppId).OrderBy(one => one.Id).Select(one => one.Name).FirstOrDefaultAsync(cancel) ?? row.Name;

    private static string Words(TransferRow row) => $"{row.Kind} {row.Number}: {row.FromName} to {row.ToName}";

    private static Uri UrlOf(HttpContext context, TransferRow row, Capabilities capabilities) => context.Absolute(DownloadPath + capabilities.Issue($"backup {row.Uuid}", UrlLife));

    /// <summary>Heroku's client downloads over HTTPS and in no other way.</summary>
    private static Uri Secure(Uri url, ServerConfig server) =>
        url.Scheme == "http" && server.HttpsPort > 0 ? new UriBuilder(url) { Scheme = "https", Port = server.HttpsPort }.Uri : url;

    private static TransferSchedule View(TransferScheduleRow row) =>
        new(row.Uuid, row.Name, row.Hour, row.Timezone, TransferSchedules.KeepWeeks, 0, row.CreatedAt, row.UpdatedAt);

    private static Transfer View(HttpContext context, TransferRow row, Capabilities capabilities, TransferQueue queue) => new()
    {
        Uuid = row.Uuid,
        Num = row.Number,
        FromName = row.FromName,
        FromType = row.Kind == TransferKind.Restore ? "gof3r" : "pg_dump",
        ToName = row.ToName,
        ToType = row.Kind == TransferKind.Backup ? "gof3r" : "pg_restore",
        ToUrl = row is { Kind: TransferKind.Backup, State: TransferState.Succeeded } ? UrlOf(context, row, capabilities).ToString() : null,
        SourceBytes = row.SourceBytes,
        ProcessedBytes = queue.Moved.TryGetValue(row.Uuid, out var moved) ? moved : row.Bytes,
        Succeeded = row.FinishedAt is null ? null : row.State == TransferState.Succeeded,
        Warnings = row.Warnings,
        Logs = TransferLog.Parse(row.Log),
        Schedule = row.ScheduleUuid is { } schedule ? new TransferScheduleReference(schedule) : null,
        Options = new Dictionary<string, string>(),
        StartedAt = row.StartedAt,
        FinishedAt = row.FinishedAt,
        CanceledAt = row.State == TransferState.Canceled ? row.UpdatedAt : null,
        CreatedAt = row.CreatedAt,
        UpdatedAt = row.UpdatedAt,
    };
}
