using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Control.Access;
using Slipway.Control.Api.Lists;
using Slipway.Control.Mail;
using Slipway.Control.Store;

namespace Slipway.Control.Api;

/// <summary>What an app sent by mail. Messages hold what nobody else may read (links that let one in), so it takes the right to operate the app.</summary>
internal static class MailApi
{
    private static readonly Sorting<MailRow> Order = new Sorting<MailRow>(row => row.Uuid).Time("at", row => row.At).Number("number", row => row.Number).Id();

    public static void MapMail(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/slipway/apps/{app}/mail", List).WithName("mail.list").Needs(AppPermission.Operate).In(Area.Secrets);
        routes.MapGet("/slipway/apps/{app}/mail/{mail}", Get).WithName("mail.show").Needs(AppPermission.Operate).In(Area.Secrets);
        routes.MapGet("/slipway/apps/{app}/mail/{mail}/raw", Raw).WithName("mail.raw").Needs(AppPermission.Operate).In(Area.Secrets);
        routes.MapPost("/slipway/apps/{app}/mail/{mail}/send", Send).WithName("mail.send").Needs(AppPermission.Operate).In(Area.Secrets);
        routes.MapGet("/slipway/apps/{app}/mail-intake", Intake).WithName("mail-intake.show");
        routes.MapPut("/slipway/mail-limits/{name}", SetLimit).WithName("mail-limit.set").AdminOnly();
    }

    /// <summary>The newest first.</summary>
    private static async Task<IResult> List(HttpContext context, AppRequest request, CancellationToken cancel)
    {
        var page = await Order.PageAsync(context, Of(request), cancel, newestFirst: true);
        return ApiJson.Ok([.. page.Select(MailLedger.View)], ContractsJson.Default.IReadOnlyListMailEntry);
    }

    private static async Task<IResult> Get(string mail, AppRequest request, MailFiles files, CancellationToken cancel) =>
        ApiJson.Ok(Read(request, await FindAsync(request, mail, cancel), files), ContractsJson.Default.MailContent);

    /// <summary>The message as the app sent it.</summary>
    private static async Task<IResult> Raw(string mail, AppRequest request, MailFiles files, HttpContext context, CancellationToken cancel)
    {
        var row = await FindAsync(request, mail, cancel);
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return Results.Stream(files.Open(request.App.Uuid, row.Uuid) ?? throw MailErrors.Gone(row), "message/rfc822", $"{request.App.Name}-{row.Number}.eml");
    }

    private static async Task<IResult> Send(string mail, AppRequest request, MailLedger ledger, CancellationToken cancel)
    {
        await ledger.SendAsync(request.Store, request.App, await FindAsync(request, mail, cancel), request.Actor, cancel);
        return ApiJson.Accepted(MailLedger.View(await FindAsync(request, mail, cancel)), ContractsJson.Default.MailEntry);
    }

    private static async Task<IResult> Intake(AppRequest request, Outgoing outgoing, CancellationToken cancel)
    {
        var tally = await request.Store.MailTallies.AsNoTracking().SingleOrDefaultAsync(row => row.AppId == request.App.Id, cancel);
        return ApiJson.Ok(
            new MailIntake(
                await outgoing.SmarthostAsync(cancel) is not null, tally?.HourlyLimit ?? MailLimits.Hourly, tally?.Taken ?? 0, await Of(request).CountAsync(cancel), MailLimits.Kept,
                await Of(request).Where(row => row.HasContent).SumAsync(row => row.Bytes, cancel), MailLimits.KeptBytes, tally?.Dropped ?? 0),
            ContractsJson.Default.MailIntake);
    }

    /// <summary>Apart from what belongs to the app: its own people could lift what protects the server and the smarthost from it.</summary>
    private static async Task<IResult> SetLimit(string name, HttpContext context, Actor actor, SlipwayStore store, MailLedger ledger, CancellationToken cancel)
    {
        var limit = (await context.ReadAsync(ContractsJson.Default.SetMailLimitRequest)).HourlyLimit;
        if (limit is < 0 or > MailLimits.MostHourly)
            throw new SlipwayException(422, new SlipwayError("invalid_mail_limit", $"{limit} is not a limit of messages an hour.") { Why = $"It is 0 to {MailLimits.MostHourly}; without one an app has {MailLimits.Hourly}." });
        var app = await AppRequest.FindAsync(store, actor, name, AppPermission.View, cancel);
        await ledger.SetLimitAsync(store, app, limit, actor, cancel);
        return ApiJson.Ok(new MailLimit(app.Name, limit ?? MailLimits.Hourly), ContractsJson.Default.MailLimit);
    }

    public static MailContent Read(AppRequest request, MailRow row, MailFiles files)
    {
        var entry = MailLedger.View(row);
        using var content = files.Open(request.App.Uuid, row.Uuid);
        return content is null ? new MailContent(entry, [], null, null, []) : MailText.Show(entry, content);
    }

    /// <param name="named">By its id, or by its number as people say it: <c>12</c>, <c>#12</c>.</param>
    public static async Task<MailRow> FindAsync(AppRequest request, string named, CancellationToken cancel)
    {
        var row = Guid.TryParse(named, out var uuid) ? await Of(request).FirstOrDefaultAsync(one => one.Uuid == uuid, cancel)
            : int.TryParse(named.TrimStart('#'), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? await Of(request).FirstOrDefaultAsync(one => one.Number == number, cancel)
            : null;
        return row ?? throw AppRequest.NotFound("message", named);
    }

    private static IQueryable<MailRow> Of(AppRequest request) => request.Store.Mail.AsNoTracking().Where(row => row.AppId == request.App.Id);
}
