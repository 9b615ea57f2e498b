using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Server;
using Slipway.Control.Access;
using Slipway.Control.Apps;
using Slipway.Control.Images;

namespace Slipway.Control.Api;

/// <summary>Images under Heroku's name for them, and what built them.</summary>
internal static class SlugsApi
{
    public static void MapSlugs(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/apps/{app}/slugs/{slug}", Get).WithName("slug.show");
        routes.MapPost("/apps/{app}/slugs", Create).WithName("slug.create").Needs(AppPermission.Deploy);
        routes.MapGet("/apps/{app}/buildpack-installations", Buildpacks).WithName("buildpack.list");
        routes.MapPut("/apps/{app}/buildpack-installations", SetBuildpacks).WithName("buildpack.set").Needs(AppPermission.Deploy);
    }

    private static async Task<IResult> Get(string slug, AppRequest request, ServerConfig server, CancellationToken cancel)
    {
        var image = (Guid.TryParse(slug, out var uuid) ? await request.Store.Images.AsNoTracking().FirstOrDefaultAsync(row => row.AppId == request.App.Id && row.Uuid == uuid, cancel) : null)
            ?? throw AppRequest.NotFound("slug", slug);
        var deploy = await request.Store.Deploys.AsNoTracking().FirstOrDefaultAsync(row => row.ImageId == image.Id, cancel);
        return ApiJson.Ok(new Slug
        {
            Id = image.Uuid,
            Blob = new SlugBlob("get", server.ApiUrl($"/apps/{request.App.Uuid}/slugs/{image.Uuid}")),
            BuildpackProvidedDescription = image.Kind,
            Checksum = image.SourceDigest.Replace('-', ':'),
            Commit = deploy?.SourceVersion,
            ProcessTypes = ImageFacts.Parse(image.Facts).ProcessTypes,
            Size = image.Bytes,
            Stack = AppViews.StackOf(image.Kind),
            CreatedAt = image.CreatedAt,
            UpdatedAt = image.CreatedAt,
        }, ContractsJson.Default.Slug);
    }

    /// <summary>Heroku takes a tar of a built app here; Slipway builds apps itself, or takes whole OCI images.</summary>
    private static Task Create(AppRequest request) => throw new SlipwayException(422, new SlipwayError("slugs_not_taken", "Slugs are not taken here.")
    {
        Why = "A slug is a folder for Heroku's stacks; Slipway builds the source on its own.",
        Next = $"Send the source in its place: POST /apps/{request.App.Name}/builds",
    });

    /// <summary>What the app was built by: what it was found to be, or was told to be by a .buildpacks of its own.</summary>
    private static async Task<IResult> Buildpacks(AppRequest request, CancellationToken cancel)
    {
        var kind = await request.Store.Releases.Where(row => row.Id == request.App.CurrentReleaseId && row.Image != null).Select(row => row.Image!.Kind).FirstOrDefaultAsync(cancel);
        IReadOnlyList<BuildpackInstallation> installed = string.IsNullOrEmpty(kind) ? [] : [new BuildpackInstallation(new BuildpackReference(kind, kind), 0)];
        return ApiJson.Ok(installed, ContractsJson.Default.IReadOnlyListBuildpackInstallation);
    }

    /// <summary>Nothing is to be chosen: to set what is detected anyway, or nothing, is no change; anything else is said in the source.</summary>
    private static async Task<IResult> SetBuildpacks(HttpContext context, AppRequest request, CancellationToken cancel)
    {
        var body = await context.ReadAsync(ContractsJson.Default.UpdateBuildpacksRequest);
        if (body.Updates is not { Count: > 0 } wanted || wanted.All(one => Detected.Contains(NameOf(one?.Buildpack)))) return await Buildpacks(request, cancel);
        throw new SlipwayException(422, new SlipwayError("buildpack_in_source", "Buildpacks are named in the source here, not beside it.")
        {
            Why = "Python, PHP, Node.js, ASP.NET Core and plain files are recognized; a buildpack of your own is named by a file of the app, so that it has a history.",
            Next = "Write its URL into a file .buildpacks in the app's folder, and deploy.",
        });
    }

    private static readonly string[] Detected = ["python", "php", "nodejs", "node", "dotnet", "static"];

    private static string NameOf(string? buildpack) => buildpack is null ? "" : buildpack.Split('/')[^1].ToLowerInvariant().Replace("heroku-buildpack-", "", StringComparison.Ordinal).Replace(".git", "", StringComparison.Ordinal);
}
