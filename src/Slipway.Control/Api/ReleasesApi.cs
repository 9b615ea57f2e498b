using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Control.Access;
using Slipway.Control.Api.Lists;
using Slipway.Control.Deploys;
using Slipway.Control.Events;
using Slipway.Control.Releases;
using Slipway.Control.Secrets;
using Slipway.Control.Store;

namespace Slipway.Control.Api;

internal static class ReleasesApi
{
    private static readonly Sorting<ReleaseRow> Order = new Sorting<ReleaseRow>(row => row.Uuid).Number("version", row => row.Version).Id();

    public static void MapReleases(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/apps/{app}/releases", List).WithName("release.list");
        routes.MapPost("/apps/{app}/releases", Rollback).WithName("release.rollback").Needs(AppPermission.Deploy);
        routes.MapGet("/apps/{app}/releases/{release}", Get).WithName("release.show");
        routes.MapGet("/slipway/apps/{app}/releases/{release}/changes", Changes).WithName("release.changes").Needs(AppPermission.Deploy);
        routes.MapGet("/apps/{app}/releases/{release}/output", Output).WithName("release.output");
        routes.MapGet("/apps/{app}/releases/{release}/config-vars", ConfigVars).WithName("release.config-vars").Needs(AppPermission.Deploy).In(Area.Secrets);
    }

    private static async Task<IResult> List(HttpContext context, AppRequest request, CancellationToken cancel)
    {
        var rows = request.Store.Releases.Include(row => row.Account).Include(row => row.Image).AsNoTracking().Where(row => row.AppId == request.App.Id);
        var releases = await Order.PageAsync(context, rows, cancel);
        return ApiJson.Ok([.. releases.Select(row => View(context, request, row))], ContractsJson.Default.IReadOnlyListRelease);
    }

    private static async Task<IResult> Get(string release, HttpContext context, AppRequest request, CancellationToken cancel) =>
        ApiJson.Ok(View(context, request, await FindAsync(request, release, cancel)), ContractsJson.Default.Release);

    /// <summary>Goes back: a new release with the image and config vars of an old one. Answers with the release once it is numbered.</summary>
    private static async Task<IResult> Rollback(
        HttpContext context, AppRequest request, Deployer deployer, EventLog events, CancellationToken cancel)
    {
        var body = await context.ReadAsync(ContractsJson.Default.RollbackRequest);
        var target = await FindAsync(request, body.Release, cancel);
        var deploy = await deployer.StartRollbackAsync(request.App.Id, target.Version, request.Actor.AccountId, cancel);
        await events.RecordAsync(
            request.Actor.Email, "release.rollback", EventTarget.Of(request.App), null, $"to v{target.Version}", EventLog.Ok, cancel);
        context.Response.Headers[ConfigVarsApi.DeployHeader] = deploy.Uuid.ToString();
        var made = deploy.ReleaseId is { } id
            ? await request.Store.Releases.Include(row => row.Account).Include(row => row.Image).AsNoTracking().SingleAsync(row => row.Id == id, cancel)
            : target;
        return ApiJson.Created(View(context, request, made), ContractsJson.Default.Release);
    }

    /// <summary>What the release phase wrote.</summary>
    private static async Task<IResult> Output(string release, AppRequest request, DeployLogs logs, CancellationToken cancel)
    {
        var row = await FindAsync(request, release, cancel);
        var deploy = await request.Store.Deploys.AsNoTracking()
            .Where(candidate => candidate.ReleaseId == row.Id).OrderBy(candidate => candidate.Id).FirstOrDefaultAsync(cancel);
        return deploy is null
            ? TypedResults.Text("")
            : new DeployText(logs.FollowAsync(deploy.Uuid, cancel), step: "release");
    }

    /// <summary>In what it differs from the one before it.</summary>
    private static async Task<IResult> Changes(string release, AppRequest request, ReleaseComparison comparison, CancellationToken cancel) =>
        ApiJson.Ok(await comparison.OfAsync(request.Store, await FindAsync(request, release, cancel), cancel), ContractsJson.Default.ReleaseChanges);

    private static async Task<IResult> ConfigVars(string release, AppRequest request, SecretBox secrets, CancellationToken cancel) =>
        ApiJson.Ok(secrets.OpenMap((await FindAsync(request, release, cancel)).ConfigVars), ContractsJson.Default.IReadOnlyDictionaryStringString);

    public static async Task<ReleaseRow> FindAsync(AppRequest request, string? named, CancellationToken cancel)
    {
        var rows = request.Store.Releases.Include(row => row.Account).Include(row => row.Image).AsNoTracking().Where(row => row.AppId == request.App.Id);
        ReleaseRow? found = null;
        if (Guid.TryParse(named, out var uuid)) found = await rows.FirstOrDefaultAsync(row => row.Uuid == uuid, cancel);
        else if (int.TryParse(named?.TrimStart('v'), NumberStyles.None, CultureInfo.InvariantCulture, out var version))
            found = await rows.FirstOrDefaultAsync(row => row.Version == version, cancel);
        return found ?? throw AppRequest.NotFound("release", named);
    }

    internal static Release View(HttpContext context, AppRequest request, ReleaseRow row) => View(request.App, row, HasReleasePhase(row) ? StreamOf(context, row) : null);

    internal static Release View(AppRow app, ReleaseRow row, Uri? stream) => new()
    {
        Id = row.Uuid,
        Version = row.Version,
        Description = row.Description,
        Status = row.Status.ToString().ToLowerInvariant(),
        Current = row.Id == app.CurrentReleaseId,
        App = new Reference(app.Uuid, app.Name),
        User = new AccountReference(row.Account!.Uuid, row.Account.Email),
        EligibleForRollback = row.Status == ReleaseStatus.Succeeded && row.ImageId is not null,
        OutputStreamUrl = stream,
        Slug = row.Image is { } image ? new Identity(image.Uuid) : null,
        CreatedAt = row.CreatedAt,
        UpdatedAt = row.UpdatedAt,
    };

    private static bool HasReleasePhase(ReleaseRow row) =>
        row.ImageId is not null && JsonSerializer.Deserialize(row.ProcessTypes, ContractsJson.Default.IReadOnlyDictionaryStringString)!.ContainsKey("release");

    /// <summary>Heroku's client asks for it without a token.</summary>
    private static Uri StreamOf(HttpContext context, ReleaseRow row) =>
        context.Absolute(StreamsApi.ForRelease(context.RequestServices.GetRequiredService<Capabilities>(), row.Uuid));
}
