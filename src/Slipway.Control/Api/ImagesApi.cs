using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Control.Access;
using Slipway.Control.Deploys;
using Slipway.Control.Events;
using Slipway.Control.Registries;
using Slipway.Control.Sources;

namespace Slipway.Control.Api;

/// <summary>
/// Deploys of images that were built elsewhere. One that is in a registry is a build like any other, of a source that says
/// only which image it is; so its release can be told from others, and git can hold it.
/// </summary>
internal static class ImagesApi
{
    public static void MapImages(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/slipway/apps/{app}/images", Create).WithName("image.deploy").Needs(AppPermission.Deploy);

    private static async Task<IResult> Create(
        HttpContext context, AppRequest request, SourceStore sources, Deployer deployer, Capabilities capabilities, EventLog events, CancellationToken cancel)
    {
        var body = await context.ReadAsync(ContractsJson.Default.DeployImageRequest);
        var image = ImageReference.Parse(body.Image);
        var source = await sources.ImportTextAsync("slipway.toml", $"image = \"{image}\"\n", cancel);
        var deploy = await deployer.StartSourceAsync(request.App.Id, source.Digest, BuildsApi.Shorten(body.Version) ?? image.ToString(), request.Actor.AccountId, cancel);
        await events.RecordAsync(request.Actor.Email, "image.deploy", EventTarget.Of(request.App), null, image.ToString(), EventLog.Ok, cancel);
        context.Response.Headers[ConfigVarsApi.DeployHeader] = deploy.Uuid.ToString();
        var row = await BuildsApi.Of(request).SingleAsync(row => row.Id == deploy.Id, cancel);
        return ApiJson.Created(await BuildsApi.ViewAsync(context, request, row, capabilities, cancel), ContractsJson.Default.Build);
    }
}
