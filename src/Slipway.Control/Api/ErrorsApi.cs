using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Control.Access;
using Slipway.Control.Api.Lists;
using Slipway.Control.Errors;
using Slipway.Control.Events;
using Slipway.Control.Store;

namespace Slipway.Control.Api;

/// <summary>What fails in an app as it runs.</summary>
internal static class ErrorsApi
{
    private static readonly Sorting<ErrorRow> Order = new Sorting<ErrorRow>(row => row.Uuid)
        .Time("last_seen", row => row.LastSeen).Time("first_seen", row => row.FirstSeen).Number("number", row => row.Number).Id();

    private static readonly Sorting<ErrorOccurrenceRow> OrderOfOccurrences = new Sorting<ErrorOccurrenceRow>(row => row.Uuid).Time("at", row => row.At).Id();

    public static void MapErrors(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/slipway/apps/{app}/errors", List).WithName("error.list");
        routes.MapGet("/slipway/apps/{app}/errors/{error}", Get).WithName("error.show");
        routes.MapGet("/slipway/apps/{app}/errors/{error}/occurrences", Occurrences).WithName("error.occurrences");
        routes.MapPatch("/slipway/apps/{app}/errors/{error}", Update).WithName("error.update").Needs(AppPermission.Operate);
        routes.MapGet("/slipway/apps/{app}/error-intake", Intake).WithName("error-intake.show").Needs(AppPermission.Deploy).In(Area.Secrets);
    }

    /// <summary>The last seen first; <c>?status=open</c> for those alone.</summary>
    private static async Task<IResult> List(HttpContext context, AppRequest request, CancellationToken cancel)
    {
        var rows = Of(request);
        if (context.Request.Query["status"].FirstOrDefault() is { } asked)
        {
            var status = StatusOf(asked);
            rows = rows.Where(row => row.Status == status);
        }

        var page = await Order.PageAsync(context, rows, cancel, newestFirst: true);
        return ApiJson.Ok([.. page.Select(ErrorLedger.View)], ContractsJson.Default.IReadOnlyListAppError);
    }

    private static async Task<IResult> Get(string error, AppRequest request, CancellationToken cancel) =>
        ApiJson.Ok(ErrorLedger.View(await FindAsync(request, error, cancel)), ContractsJson.Default.AppError);

    /// <summary>Those that are kept, the last first.</summary>
    private static async Task<IResult> Occurrences(string error, HttpContext context, AppRequest request, CancellationToken cancel)
    {
        var row = await FindAsync(request, error, cancel);
        var page = await OrderOfOccurrences.PageAsync(context, request.Store.ErrorOccurrences.AsNoTracking().Where(one => one.ErrorId == row.Id), cancel, newestFirst: true);
        return ApiJson.Ok([.. page.Select(Read)], ContractsJson.Default.IReadOnlyListErrorOccurrence);
    }

    private static async Task<IResult> Update(string error, HttpContext context, AppRequest request, EventLog events, CancellationToken cancel)
    {
        var body = await context.ReadAsync(ContractsJson.Default.UpdateAppErrorRequest);
        var status = StatusOf(body.Status);
        var row = await FindAsync(request, error, cancel);
        // Only these columns: it may happen again, and be counted, this very moment.
        var resolvedIn = status == ErrorStatus.Resolved ? await ErrorLedger.ReleaseAsync(request.Store, request.App, cancel) : (int?)null;
        await using var transaction = await request.Store.Database.BeginTransactionAsync(cancel);
        await request.Store.Errors.Where(one => one.Id == row.Id)
            .ExecuteUpdateAsync(change => change.SetProperty(one => one.Status, status).SetProperty(one => one.ResolvedIn, resolvedIn), cancel);
        events.Add(request.Store, request.Actor.Email, "error.update", EventTarget.Of(request.App), $"#{row.Number} {Word(row.Status)}", $"#{row.Number} {Word(status)}");
        await request.Store.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        return ApiJson.Ok(ErrorLedger.View(await FindAsync(request, error, cancel)), ContractsJson.Default.AppError);
    }

    private static async Task<IResult> Intake(AppRequest request, ErrorKeys keys, CancellationToken cancel)
    {
        var dsn = keys.DsnOf(request.App) ?? throw new SlipwayException(409, new SlipwayError("errors_not_taken", "This server takes no errors from apps.")
        {
            Why = "errors_port in its server.json is 0.",
            Next = "What an app writes to its log is counted all the same: slipway errors",
        });
        var tally = await request.Store.ErrorTallies.AsNoTracking().SingleOrDefaultAsync(row => row.AppId == request.App.Id, cancel);
        var bytes = await request.Store.ErrorOccurrences.Where(row => row.AppId == request.App.Id).SumAsync(row => (long)row.Bytes, cancel);
        return ApiJson.Ok(
            new ErrorIntake(dsn, tally?.Accepted ?? 0, tally?.Refused ?? 0, await Of(request).CountAsync(cancel), ErrorLedger.MostErrors, bytes, ErrorLedger.MostBytes),
            ContractsJson.Default.ErrorIntake);
    }

    public static ErrorOccurrence Read(ErrorOccurrenceRow row) => JsonSerializer.Deserialize(row.Body, ContractsJson.Default.ErrorOccurrence)!;

    public static string Word(ErrorStatus status) => status.ToString().ToLowerInvariant();

    /// <param name="named">By its id, or by its number as people say it: <c>12</c>, <c>#12</c>.</param>
    public static async Task<ErrorRow> FindAsync(AppRequest request, string named, CancellationToken cancel)
    {
        var row = Guid.TryParse(named, out var uuid) ? await Of(request).FirstOrDefaultAsync(one => one.Uuid == uuid, cancel)
            : int.TryParse(named.TrimStart('#'), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? await Of(request).FirstOrDefaultAsync(one => one.Number == number, cancel)
            : null;
        return row ?? throw AppRequest.NotFound("error", named);
    }

    private static IQueryable<ErrorRow> Of(AppRequest request) => request.Store.Errors.AsNoTracking().Where(row => row.AppId == request.App.Id);

    private static ErrorStatus StatusOf(string? asked) => asked switch
    {
        "open" => ErrorStatus.Open,
        "resolved" => ErrorStatus.Resolved,
        "ignored" => ErrorStatus.Ignored,
        _ => throw new SlipwayException(422, new SlipwayError("invalid_error_status", $"{TypedName.Quote(asked)} is not a status of an error.")
        {
            Next = "There are open, resolved and ignored.",
        }),
    };
}
