using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Control.Access;
using Slipway.Control.Drains;
using Slipway.Control.Events;
using Slipway.Control.Remotes;
using Slipway.Control.Secrets;
using Slipway.Control.Store;

namespace Slipway.Control.Api;

/// <summary>Where an app's log goes besides, at Heroku's paths.</summary>
internal static class LogDrainsApi
{
    private const int MostDrains = 10;

    public static void MapLogDrains(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/apps/{app}/log-drains", List).WithName("log-drain.list").Needs(AppPermission.Deploy).In(Area.Secrets);
        routes.MapPost("/apps/{app}/log-drains", Create).WithName("log-drain.create").Needs(AppPermission.Operate);
        routes.MapGet("/apps/{app}/log-drains/{drain}", Get).WithName("log-drain.show").Needs(AppPermission.Deploy).In(Area.Secrets);
        routes.MapPut("/apps/{app}/log-drains/{drain}", Update).WithName("log-drain.update").Needs(AppPermission.Operate);
        routes.MapDelete("/apps/{app}/log-drains/{drain}", Delete).WithName("log-drain.delete").Needs(AppPermission.Operate);
    }

    private static async Task<IResult> List(AppRequest request, SecretBox secrets, CancellationToken cancel)
    {
        var rows = await RowsOf(request).AsNoTracking().OrderBy(row => row.Id).ToListAsync(cancel);
        return ApiJson.Ok([.. rows.Select(row => View(row, secrets))], ContractsJson.Default.IReadOnlyListLogDrain);
    }

    private static async Task<IResult> Get(string drain, AppRequest request, SecretBox secrets, CancellationToken cancel) =>
        ApiJson.Ok(View(await FindAsync(drain, request, secrets, cancel), secrets), ContractsJson.Default.LogDrain);

    private static async Task<IResult> Create(
        HttpContext context, AppRequest request, SecretBox secrets, Outbound outbound, EventLog events, Shipper shipper, TimeProvider time, CancellationToken cancel)
    {
        var to = DrainUrl.Parse((await context.ReadAsync(ContractsJson.Default.CreateLogDrainRequest)).Url);
        var others = await RowsOf(request).ToListAsync(cancel);
        if (others.Any(row => secrets.Open(row.Url) == to.Url.OriginalString))
            throw new SlipwayException(422, new SlipwayError("drain_exists", "The app has this drain already.") { Next = "heroku drains" });
        if (others.Count >= MostDrains)
            throw new SlipwayException(422, new SlipwayError("too_many_drains", $"An app has at most {MostDrains} drains.") { Next = "heroku drains:remove one" });
        await outbound.ResolveAsync(to.Host, cancel);

        var (now, uuid) = (time.GetUtcNow(), Guid.NewGuid());
        var row = new LogDrainRow
        {
            Uuid = uuid,
            AppId = request.App.Id,
            Url = secrets.Seal(to.Url.OriginalString),
            Token = $"d.{Guid.NewGuid()}",
            DeliveredUntil = now,
            CreatedAt = now,
            UpdatedAt = now,
        };
        request.Store.LogDrains.Add(row);
        events.Add(request.Store, request.Actor.Email, "log-drain.create", EventTarget.Of(request.App), after: Shown(to));
        await request.Store.SaveChangesAsync(cancel);
        shipper.Wake();
        return ApiJson.Created(View(row, secrets), ContractsJson.Default.LogDrain);
    }

    private static async Task<IResult> Update(
        string drain, HttpContext context, AppRequest request, SecretBox secrets, Outbound outbound, EventLog events, Shipper shipper, TimeProvider time, CancellationToken cancel)
    {
        var old = await FindAsync(drain, request, secrets, cancel);
        var to = DrainUrl.Parse((await context.ReadAsync(ContractsJson.Default.CreateLogDrainRequest)).Url);
        await outbound.ResolveAsync(to.Host, cancel);

        // A row of its own, so that the task that sends to the old address ends and another begins where it was.
        var row = new LogDrainRow
        {
            Uuid = old.Uuid,
            AppId = old.AppId,
            Url = secrets.Seal(to.Url.OriginalString),
            Token = old.Token,
            DeliveredUntil = old.DeliveredUntil,
            CreatedAt = old.CreatedAt,
            UpdatedAt = time.GetUtcNow(),
        };
        await using (var change = await request.Store.Database.BeginTransactionAsync(cancel))
        {
            request.Store.LogDrains.Remove(old);
            await request.Store.SaveChangesAsync(cancel);
            request.Store.LogDrains.Add(row);
            events.Add(request.Store, request.Actor.Email, "log-drain.update", EventTarget.Of(request.App), after: Shown(to));
            await request.Store.SaveChangesAsync(cancel);
            await change.CommitAsync(cancel);
        }

        shipper.Wake();
        return ApiJson.Ok(View(row, secrets), ContractsJson.Default.LogDrain);
    }

    private static async Task<IResult> Delete(
        string drain, AppRequest request, SecretBox secrets, EventLog events, Shipper shipper, CancellationToken cancel)
    {
        var row = await FindAsync(drain, request, secrets, cancel);
        request.Store.LogDrains.Remove(row);
        events.Add(request.Store, request.Actor.Email, "log-drain.delete", EventTarget.Of(request.App), before: Shown(DrainUrl.Parse(secrets.Open(row.Url))));
        await request.Store.SaveChangesAsync(cancel);
        shipper.Wake();
        return ApiJson.Ok(View(row, secrets), ContractsJson.Default.LogDrain);
    }

    private static IQueryable<LogDrainRow> RowsOf(AppRequest request) => request.Store.LogDrains.Where(row => row.AppId == request.App.Id);

    /// <param name="named">Id, token, or the URL itself.</param>
    private static async Task<LogDrainRow> FindAsync(string named, AppRequest request, SecretBox secrets, CancellationToken cancel)
    {
        named = Uri.UnescapeDataString(named); // of a URL the slashes come as they were sent
        var rows = await RowsOf(request).ToListAsync(cancel);
        return rows.FirstOrDefault(row => row.Uuid.ToString() == named || row.Token == named || secrets.Open(row.Url) == named)
            ?? throw AppRequest.NotFound("log drain", named);
    }

    /// <summary>Without what it may hold of secrets.</summary>
    private static string Shown(DrainUrl to) => $"{to.Url.Scheme}://{to.Url.Authority[(to.Url.Authority.LastIndexOf('@') + 1)..]}";

    private static LogDrain View(LogDrainRow row, SecretBox secrets) => new(row.Uuid, secrets.Open(row.Url), row.Token, null, row.CreatedAt, row.UpdatedAt);
}
