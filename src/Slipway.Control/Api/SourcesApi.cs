using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Control.Access;
using Slipway.Control.Setups;
using Slipway.Control.Sources;
using Slipway.Control.Uploads;

namespace Slipway.Control.Api;

internal static class SourcesApi
{
    private const string UploadPath = "/slipway/uploads/";

    /// <summary>A hundred thousand files with long names.</summary>
    private const int MaxManifest = 64 << 20;

    public static void MapSources(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/sources", Create).WithName("source.create").In(Area.Apps);
        routes.MapPost("/apps/{app}/sources", CreateForApp).WithName("source.create-for-app").Needs(AppPermission.Deploy);
        routes.MapPost("/slipway/apps/{app}/sources", CreatePartial).WithName("source.create-partial").Needs(AppPermission.Deploy);

        // Anonymous: the address itself is the permission, as Heroku's clients expect of it.
        routes.MapPut(UploadPath + "{token}", Receive).WithName("source.upload").AllowAnonymous();
    }

    /// <returns>The token in a <c>get_url</c> that <see cref="Create"/> gave out; null for any other address.</returns>
    public static string? TokenOf(Uri? url) =>
        url is not null && url.IsAbsoluteUri && url.AbsolutePath.StartsWith(UploadPath, StringComparison.Ordinal) ? url.AbsolutePath[UploadPath.Length..] : null;

    /// <summary>The archive that was sent to an address of <see cref="Create"/>.</summary>
    /// <param name="version">For people, where the caller names none.</param>
    /// <returns>Null when the address is another.</returns>
    public static async Task<SeenSource?> TakeAsync(SetupSource? blob, string? version, UploadStore uploads, SourceStore sources, CancellationToken cancel)
    {
        if (!Uri.TryCreate(blob?.Url, UriKind.Absolute, out var url) || TokenOf(url) is not { } token) return null;
        await using var archive = await uploads.TakeAsync(token, blob!.Checksum, cancel);
        return new SeenSource(await sources.ImportAsync(archive, unwrap: true, cancel), BuildsApi.Shorten(blob.Version) ?? version);
    }

    private static IResult Create(HttpContext context, Actor actor, UploadStore uploads)
    {
        var (put, get) = uploads.Begin();
        var source = new Source(new SourceBlob(context.Absolute(UploadPath + get), context.Absolute(UploadPath + put)));
        return ApiJson.Created(source, ContractsJson.Default.Source);
    }

    private static IResult CreateForApp(HttpContext context, AppRequest request, UploadStore uploads) => Create(context, request.Actor, uploads);

    /// <summary>For clients that send only what the app's earlier sources lack.</summary>
    private static async Task<IResult> CreatePartial(HttpContext context, AppRequest request, UploadStore uploads, PartialSources partial, CancellationToken cancel)
    {
        var manifest = await context.ReadLargeAsync(ContractsJson.Default.SourceManifest, MaxManifest);
        var lacks = await partial.LackingAsync(request.App.Id, manifest, cancel);
        var (put, get) = uploads.Begin(request.App.Uuid, JsonSerializer.SerializeToUtf8Bytes(manifest, ContractsJson.Default.SourceManifest));
        return ApiJson.Created(
            new PartialSource(new SourceBlob(context.Absolute(UploadPath + get), context.Absolute(UploadPath + put)), lacks), ContractsJson.Default.PartialSource);
    }

    private static async Task<IResult> Receive(string token, HttpContext context, UploadStore uploads, CancellationToken cancel)
    {
        var limit = context.Features.Get<IHttpMaxRequestBodySizeFeature>();
        if (limit is { IsReadOnly: false }) limit.MaxRequestBodySize = UploadStore.MaxBytes;
        try
        {
            await uploads.ReceiveAsync(token, context.Request.Body, cancel);
        }
        catch (BadHttpRequestException e) when (e.StatusCode == 413)
        {
            throw new SlipwayException(413, new SlipwayError("source_too_large", "The archive is larger than 1 GiB.")
            {
                Why = "A source holds code; data belongs on a volume or in the database.",
                Next = "List what the app does not need to run in .slipwayignore, and deploy again.",
            }, e);
        }

        return TypedResults.Ok();
    }
}
