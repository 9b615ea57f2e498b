using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Control.Access;
using Slipway.Control.Api.Lists;
using Slipway.Control.Cron;
using Slipway.Control.Events;
using Slipway.Control.Store;

namespace Slipway.Control.Api;

/// <summary>What an app has run at times.</summary>
internal static class CronApi
{
    private static readonly Sorting<CronRunRow> Order = new Sorting<CronRunRow>(row => row.Uuid).Time("created_at", row => row.CreatedAt).Id();

    public static void MapCron(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/slipway/apps/{app}/cron", List).WithName("cron.list");
        routes.MapGet("/slipway/apps/{app}/cron/runs", Runs).WithName("cron.runs");
        routes.MapPost("/slipway/apps/{app}/cron/{name}/run", Run).WithName("cron.run").Needs(AppPermission.Operate);
    }

    private static async Task<IResult> List(AppRequest request, TimeProvider time, CancellationToken cancel)
    {
        var entries = await CronLedger.EntriesAsync(request.Store, request.App, cancel);
        var jobs = new List<CronJob>();
        foreach (var entry in entries)
        {
            var last = await request.Store.CronRuns.AsNoTracking().Where(run => run.AppId == request.App.Id && run.Name == entry.Name)
                .OrderByDescending(run => run.Id).FirstOrDefaultAsync(cancel);
            var next = entry.NextAfter(time.GetUtcNow());
            jobs.Add(new CronJob(
                entry.Name, entry.Command, entry.Schedule, entry.TimeZone, CronFile.Word(entry.Overlap), CronFile.Word(entry.Missed), entry.Size, entry.TimeLimitSeconds,
                next is { } at ? TimeZoneInfo.ConvertTime(at, entry.Zone) : null, last is null ? null : View(last)));
        }

        return ApiJson.Ok(jobs, ContractsJson.Default.IReadOnlyListCronJob);
    }

    /// <summary>Newest first.</summary>
    private static async Task<IResult> Runs(HttpContext context, AppRequest request, CancellationToken cancel)
    {
        var name = context.Request.Query["name"].FirstOrDefault();
        var rows = await Order.PageAsync(
            context, request.Store.CronRuns.AsNoTracking().Where(run => run.AppId == request.App.Id && (name == null || run.Name == name)), cancel, newestFirst: true);
        return ApiJson.Ok([.. rows.Select(View)], ContractsJson.Default.IReadOnlyListCronRun);
    }

    private static async Task<IResult> Run(string name, AppRequest request, CronLedger ledger, CronScheduler scheduler, EventLog events, CancellationToken cancel)
    {
        var row = await ledger.AskAsync(request.App, name, request.Actor.Email, cancel);
        scheduler.Wake();
        await events.RecordAsync(request.Actor.Email, "cron.run", EventTarget.Of(request.App), null, name, EventLog.Ok, cancel);
        return ApiJson.Created(View(row), ContractsJson.Default.CronRun);
    }

    private static CronRun View(CronRunRow row) => new(
        row.Uuid, row.Name, CronRunner.InstanceOf(row), row.Command, row.State, row.Note, row.Release, row.DueAt, row.CreatedAt, row.StartedAt, row.FinishedAt, row.ExitCode);
}
