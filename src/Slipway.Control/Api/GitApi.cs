using Microsoft.AspNetCore.Http.Features;
using Slipway.Control.Access;
using Slipway.Control.Git;

namespace Slipway.Control.Api;

/// <summary>git over HTTP at <c>/APP.git</c>: its smart protocol's three requests.</summary>
internal static class GitApi
{
    public static void MapGit(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/{app}.git/info/refs", Refs).WithName("git.refs").Needs(AppPermission.Deploy).ForGit();
        routes.MapPost("/{app}.git/git-upload-pack", UploadPack).WithName("git.fetch").Needs(AppPermission.Deploy).ForGit();
        routes.MapPost("/{app}.git/git-receive-pack", ReceivePack).WithName("git.push").Needs(AppPermission.Deploy).ForGit();
    }

    private static Task Refs(string? service, HttpContext context, AppRequest request, GitRepositories repositories, Pushes pushes, HttpBackend backend) =>
        service is "git-upload-pack" or "git-receive-pack"
            ? AnswerAsync(context, request, repositories, pushes, backend, "/info/refs", "service=" + service)
            : throw GitErrors.OnlySmart();

    private static Task UploadPack(HttpContext context, AppRequest request, GitRepositories repositories, Pushes pushes, HttpBackend backend) =>
        AnswerAsync(context, request, repositories, pushes, backend, "/git-upload-pack", "");

    private static Task ReceivePack(HttpContext context, AppRequest request, GitRepositories repositories, Pushes pushes, HttpBackend backend) =>
        AnswerAsync(context, request, repositories, pushes, backend, "/git-receive-pack", "");

    private static async Task AnswerAsync(
        HttpContext context, AppRequest request, GitRepositories repositories, Pushes pushes, HttpBackend backend, string path, string query)
    {
        // git limits a push itself, and says so in its own way; the rest is what its protocol adds.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = GitProgram.MaxPushBytes * 2;
        if (context.Features.Get<Microsoft.AspNetCore.Server.Kestrel.Core.Features.IHttpMinRequestBodyDataRateFeature>() is { } rate) rate.MinDataRate = null;
        var repository = await repositories.FindOrCreateAsync(request.App, context.RequestAborted);
        using var push = pushes.Begin(request.App, repository, request.Actor, context.RequestAborted);
        await backend.AnswerAsync(context, push, path, query);
    }

    /// <summary>Its client is git: asked for credentials the way it answers, and told of failures as text, which it shows.</summary>
    private static RouteHandlerBuilder ForGit(this RouteHandlerBuilder route) => route.WithMetadata(new GitClient());
}

/// <summary>Marks endpoints that git calls.</summary>
internal sealed record GitClient;
