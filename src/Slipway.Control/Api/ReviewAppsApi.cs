using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Control.Access;
using Slipway.Control.Api.Lists;
using Slipway.Control.Pipelines;
using Slipway.Control.Setups;
using Slipway.Control.Sources;
using Slipway.Control.Store;
using Slipway.Control.Uploads;

namespace Slipway.Control.Api;

internal static class ReviewAppsApi
{
    private const string Resolve = "resolve";

    private static readonly Sorting<ReviewAppRow> Order = new Sorting<ReviewAppRow>(row => row.Uuid).Time("created_at", row => row.CreatedAt).Id();

    public static void MapReviewApps(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/review-apps", Create).WithName("review-app.create").In(Area.Apps);
        routes.MapGet("/review-apps/{review}", Get).WithName("review-app.show").In(Area.Apps);
        routes.MapDelete("/review-apps/{review}", Delete).WithName("review-app.delete").In(Area.Apps);
        routes.MapGet("/pipelines/{pipeline}/review-apps", List).WithName("review-app.list").In(Area.Apps);
        routes.MapGet("/apps/{app}/review-app", OfApp).WithName("review-app.of-app");
    }

    private static async Task<IResult> Create(
        HttpContext context, Actor actor, SlipwayStore store, ReviewApps reviews, UploadStore uploads, SourceStore sources, CancellationToken cancel)
    {
        var body = await context.ReadAsync(ContractsJson.Default.CreateReviewAppRequest);
        var pipeline = await PipelineRequest.FindAsync(store, actor, body.Pipeline, cancel);
        PipelineLedger.CheckOwner(pipeline, actor);
        var given = (body.Environment ?? new Dictionary<string, string?>())
            .ToDictionary(pair => ConfigVarsApi.CheckKey(pair.Key).Value, pair => ConfigVarsApi.CheckValue(pair.Key, pair.Value) ?? "");
        var address = body.SourceBlob?.Url is { Length: > 0 } url && url != Resolve ? url : null;
        var seen = await SourcesApi.TakeAsync(body.SourceBlob, body.Branch, uploads, sources, cancel);
        var row = await reviews.CreateAsync(pipeline, new ReviewRequest(body.Branch ?? "", seen is null ? address : null, seen, body.PrNumber, given), actor, cancel);
        return ApiJson.Created((await ViewsAsync(store, store.ReviewApps.Where(one => one.Id == row.Id), cancel))[0], ContractsJson.Default.ReviewApp);
    }

    private static async Task<IResult> Get(string review, Actor actor, SlipwayStore store, CancellationToken cancel)
    {
        var row = await FindAsync(store, actor, review, cancel);
        return ApiJson.Ok((await ViewsAsync(store, store.ReviewApps.Where(one => one.Id == row.Id), cancel))[0], ContractsJson.Default.ReviewApp);
    }

    /// <summary>Newest first; those that are gone are left out.</summary>
    private static async Task<IResult> List(HttpContext context, PipelineRequest request, CancellationToken cancel)
    {
        var rows = Whole(request.Store.ReviewApps.Where(row => row.PipelineId == request.Pipeline.Id && row.AppId != null));
        return ApiJson.Ok(await ViewsAsync(request.Store, await Order.PageAsync(context, rows, cancel, newestFirst: true), cancel), ContractsJson.Default.IReadOnlyListReviewApp);
    }

    private static async Task<IResult> OfApp(AppRequest request, CancellationToken cancel)
    {
        var views = await ViewsAsync(request.Store, request.Store.ReviewApps.Where(row => row.AppId == request.App.Id), cancel);
        return views.Count > 0
            ? ApiJson.Ok(views[0], ContractsJson.Default.ReviewApp)
            : throw new SlipwayException(404, new SlipwayError("not_found", $"{request.App.Name} is not a review app."));
    }

    /// <summary>Answers at once; the app goes, after its script.</summary>
    private static async Task<IResult> Delete(string review, Actor actor, SlipwayStore store, ReviewApps reviews, CancellationToken cancel)
    {
        var row = await FindAsync(store, actor, review, cancel, AppPermission.Manage);
        await reviews.DeleteAsync(row.Id, actor.Email, cancel);
        return ApiJson.Ok((await ViewsAsync(store, store.ReviewApps.Where(one => one.Id == row.Id), cancel))[0], ContractsJson.Default.ReviewApp);
    }

    private static async Task<ReviewAppRow> FindAsync(SlipwayStore store, Actor actor, string named, CancellationToken cancel, AppPermission needed = AppPermission.View)
    {
        var row = Guid.TryParse(named, out var uuid) ? await store.ReviewApps.AsNoTracking().FirstOrDefaultAsync(row => row.Uuid == uuid, cancel) : null;
        return row is not null && await PipelineLedger.Visible(store, actor, needed).AnyAsync(pipeline => pipeline.Id == row.PipelineId, cancel) ? row : throw AppRequest.NotFound("review app", named);
    }

    private static IQueryable<ReviewAppRow> Whole(IQueryable<ReviewAppRow> rows) => rows.AsNoTracking().Include(row => row.Setup).Include(row => row.Account);

    private static async Task<IReadOnlyList<ReviewApp>> ViewsAsync(SlipwayStore store, IQueryable<ReviewAppRow> rows, CancellationToken cancel) =>
        await ViewsAsync(store, await Whole(rows).OrderByDescending(row => row.Id).ToListAsync(cancel), cancel);

    private static async Task<IReadOnlyList<ReviewApp>> ViewsAsync(SlipwayStore store, IReadOnlyList<ReviewAppRow> found, CancellationToken cancel)
    {
        var pipelines = found.Select(row => row.PipelineId).ToList();
        var ids = await store.Pipelines.Where(row => pipelines.Contains(row.Id)).ToDictionaryAsync(row => row.Id, row => row.Uuid, cancel);
        var apps = found.Select(row => row.AppId).ToList();
        var names = await store.Apps.Where(row => apps.Contains(row.Id)).ToDictionaryAsync(row => row.Id, row => row.Name, cancel);
        return [.. found.Select(row => View(row, ids[row.PipelineId], names.GetValueOrDefault(row.AppId ?? 0)))];
    }

    /// <param name="app">Name of its app; null once that is gone.</param>
    private static ReviewApp View(ReviewAppRow row, Guid pipeline, string? app)
    {
        var setup = row.Setup!;
        var error = setup is { Status: SetupStatus.Failed, Error: { } json } ? JsonSerializer.Deserialize(json, ContractsJson.Default.SlipwayError) : null;
        var status = (row.AppId, row.DeletedAt, setup.Status) switch
        {
            (null, null, SetupStatus.Failed) => "errored", // nothing of it was made
            (null, _, _) => "deleted",
            (_, not null, _) => "deleting",
            (_, _, SetupStatus.Pending) => "creating",
            (_, _, SetupStatus.Failed) => "errored",
            _ => "created",
        };
        return new ReviewApp
        {
            Id = row.Uuid,
            App = app is null ? null : new Reference(setup.AppUuid, app),
            AppSetup = new Identity(setup.Uuid),
            Branch = row.Branch,
            Creator = new AccountReference(row.Account!.Uuid, row.Account.Email),
            ErrorStatus = error?.Id,
            ForkRepo = new ForkRepository(null),
            Message = error is null ? null : $"{error.Message} {error.Why}".TrimEnd(),
            Pipeline = new Identity(pipeline),
            PrNumber = row.PullRequest,
            Status = status,
            WaitForCi = false,
            CreatedAt = row.CreatedAt,
            UpdatedAt = row.UpdatedAt > setup.UpdatedAt ? row.UpdatedAt : setup.UpdatedAt,
        };
    }
}
