using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Deploys;
using Slipway.Contracts.Names;
using Slipway.Control.Access;
using Slipway.Control.Api.Lists;
using Slipway.Control.Deploys;
using Slipway.Control.Events;
using Slipway.Control.Remotes;
using Slipway.Control.Sources;
using Slipway.Control.Store;
using Slipway.Control.Uploads;

namespace Slipway.Control.Api;

/// <summary>Heroku's builds are Slipway's deploys of a source, under the same id.</summary>
internal static class BuildsApi
{
    private static readonly Sorting<DeployRow> Order =
        new Sorting<DeployRow>(row => row.Uuid).Time("created_at", row => row.CreatedAt).Time("started_at", row => row.CreatedAt).Id();

    public static void MapBuilds(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/apps/{app}/builds", List).WithName("build.list");
        routes.MapPost("/apps/{app}/builds", Create).WithName("build.create").Needs(AppPermission.Deploy);
        routes.MapGet("/apps/{app}/builds/{build}", Get).WithName("build.show");
    }

    private static async Task<IResult> List(HttpContext context, AppRequest request, Capabilities capabilities, CancellationToken cancel)
    {
        var rows = await Order.PageAsync(context, Of(request), cancel);
        return ApiJson.Ok(await ViewsAsync(context, request, rows, capabilities, cancel), ContractsJson.Default.IReadOnlyListBuild);
    }

    private static async Task<IResult> Get(string build, HttpContext context, AppRequest request, Capabilities capabilities, CancellationToken cancel)
    {
        var row = Guid.TryParse(build, out var uuid) ? await Of(request).FirstOrDefaultAsync(row => row.Uuid == uuid, cancel) : null;
        return ApiJson.Ok(
            await ViewAsync(context, request, row ?? throw AppRequest.NotFound("build", build), capabilities, cancel), ContractsJson.Default.Build);
    }

    private static async Task<IResult> Create(
        HttpContext context, AppRequest request, UploadStore uploads, SourceStore sources, PartialSources partial, Deployer deployer, Capabilities capabilities,
        EventLog events, CancellationToken cancel)
    {
        var body = await context.ReadAsync(ContractsJson.Default.CreateBuildRequest);
        var (deploy, from) = SourcesApi.TokenOf(body.SourceBlob?.Url) is { } token
            ? await StartUploadedAsync(token)
            : await StartRemoteAsync(RemoteSource.Parse(body.SourceBlob?.Url));
        await events.RecordAsync(request.Actor.Email, "build.create", EventTarget.Of(request.App), null, from, EventLog.Ok, cancel);
        context.Response.Headers[ConfigVarsApi.DeployHeader] = deploy.Uuid.ToString();
        var row = await Of(request).SingleAsync(row => row.Id == deploy.Id, cancel);
        return ApiJson.Created(await ViewAsync(context, request, row, capabilities, cancel), ContractsJson.Default.Build);

        async Task<(DeployRow, string)> StartUploadedAsync(string token)
        {
            await using var archive = await uploads.TakeAsync(token, body.SourceBlob!.Checksum, cancel);
            var digest = uploads.TakeManifest(token, request.App.Uuid) is { } manifest
                ? await partial.ImportAsync(request.App.Id, JsonSerializer.Deserialize(manifest, ContractsJson.Default.SourceManifest)!, archive, cancel)
                : await sources.ImportAsync(archive, cancel);
            return (await deployer.StartSourceAsync(request.App.Id, digest, Shorten(body.SourceBlob.Version), request.Actor.AccountId, cancel), $"source {digest.Short}");
        }

        async Task<(DeployRow, string)> StartRemoteAsync(RemoteSource source) =>
            (await deployer.StartRemoteAsync(request.App.Id, source, Shorten(body.SourceBlob!.Version), request.Actor.AccountId, cancel), source.Shown);
    }

    internal static IQueryable<DeployRow> Of(AppRequest request) =>
        request.Store.Deploys.Include(row => row.Account).AsNoTracking()
            .Where(row => row.AppId == request.App.Id && (row.Kind == DeployKind.Source || row.Kind == DeployKind.Setup));

    internal static async Task<Build> ViewAsync(HttpContext context, AppRequest request, DeployRow row, Capabilities capabilities, CancellationToken cancel) =>
        (await ViewsAsync(context, request, [row], capabilities, cancel))[0];

    private static Task<IReadOnlyList<Build>> ViewsAsync(
        HttpContext context, AppRequest request, IReadOnlyList<DeployRow> rows, Capabilities capabilities, CancellationToken cancel) =>
        ViewsAsync(request.Store, request.Reference, rows, row => context.Absolute(StreamsApi.ForBuild(capabilities, row.Uuid)), cancel);

    internal static async Task<IReadOnlyList<Build>> ViewsAsync(
        SlipwayStore store, Reference app, IReadOnlyList<DeployRow> rows, Func<DeployRow, Uri> streamOf, CancellationToken cancel)
    {
        var ids = rows.Select(row => row.ReleaseId).OfType<long>().ToList();
        var releases = await store.Releases.Where(release => ids.Contains(release.Id)).ToDictionaryAsync(release => release.Id, release => release.Uuid, cancel);
        var imageIds = rows.Select(row => row.ImageId).OfType<long>().ToList();
        var images = await store.Images.Where(image => imageIds.Contains(image.Id)).Select(image => new { image.Id, image.Uuid, image.Kind }).ToDictionaryAsync(image => image.Id, cancel);
        return [.. from row in rows let image = row.ImageId is { } its ? images.GetValueOrDefault(its) : null select new Build
        {
            Id = row.Uuid,
            App = app,
            Status = StatusOf(row),
            OutputStreamUrl = streamOf(row),
            User = new AccountReference(row.Account!.Uuid, row.Account.Email),
            Release = row.ReleaseId is { } id && releases.TryGetValue(id, out var release) ? new Identity(release) : null,
            Slug = image is null ? null : new Identity(image.Uuid),
            SourceBlob = new BuildSource(SourceUrl(row), row.SourceVersion, row.SourceDigest),
            Buildpacks = image is null ? [] : [new BuildpackReference(image.Kind, image.Kind)],
            Stack = image?.Kind,
            CreatedAt = row.CreatedAt,
            UpdatedAt = row.FinishedAt ?? row.CreatedAt,
        }];
    }

    internal static string StatusOf(DeployRow row) => row.Status switch { DeployStatus.Succeeded => "succeeded", DeployStatus.Failed => "failed", _ => "pending" };

    /// <summary>Where it was fetched from; an uploaded one is known by its content alone.</summary>
    private static Uri SourceUrl(DeployRow row) => new(row.SourceUrl ?? $"urn:slipway:source:{row.SourceDigest}");

    /// <summary>What people are told a source is: one line, not a document.</summary>
    internal static string? Shorten(string? version)
    {
        if (string.IsNullOrWhiteSpace(version)) return null;
        var line = string.Concat(version.Take(100).Select(c => char.IsControl(c) ? ' ' : c)).Trim();
        return line.Length == 0 ? null : line;
    }
}
