using System.Buffers.Binary;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Server;
using Slipway.Contracts.Names;
using Slipway.Control.Access;
using Slipway.Control.Events;
using Slipway.Control.Pipelines;
using Slipway.Control.Remotes;
using Slipway.Control.Secrets;
using Slipway.Control.Setups;
using Slipway.Control.Store;

namespace Slipway.Control.Api;

/// <summary>Whether and how a pipeline has review apps, and the repository that they come from.</summary>
internal static class ReviewAppConfigApi
{
    private const int MaxStaleDays = 60;
    private const string RepositoriesFeature = "dashboard-repositories-api";

    public static void MapReviewAppConfig(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/pipelines/{pipeline}/review-app-config", Get).WithName("review-app-config.show").In(Area.Apps);
        routes.MapPost("/pipelines/{pipeline}/review-app-config", Enable).WithName("review-app-config.enable").In(Area.Apps);
        routes.MapPatch("/pipelines/{pipeline}/review-app-config", Update).WithName("review-app-config.update").In(Area.Apps);
        routes.MapDelete("/pipelines/{pipeline}/review-app-config", Disable).WithName("review-app-config.disable").In(Area.Apps);
        routes.MapGet("/pipelines/{pipeline}/stage/review/config-vars", GetVars).WithName("review-app-config.vars").In(Area.Secrets);
        routes.MapPatch("/pipelines/{pipeline}/stage/review/config-vars", SetVars).WithName("review-app-config.set-vars").In(Area.Secrets);
        routes.MapGet("/pipelines/{pipeline}/repo", GetRepository).WithName("pipeline.repository").In(Area.Apps);
        routes.MapPost("/pipelines/{pipeline}/repo", Connect).WithName("pipeline.connect").In(Area.Apps);
        routes.MapGet("/pipelines/{pipeline}/repo/branches/{**branch}", GetBranch).WithName("pipeline.branch").In(Area.Apps);

        // Heroku's client asks for this to know whether the repository of a pipeline is asked of the API itself.
        routes.MapGet("/account/features/" + RepositoriesFeature, GetFeature).WithName("account.repositories-feature").In(Area.Apps);
    }

    private static IResult Get(PipelineRequest request, SecretBox secrets) =>
        request.Pipeline.Reviews ? ApiJson.Ok(View(request.Pipeline, secrets), ContractsJson.Default.ReviewAppConfig) : throw Disabled(request.Pipeline);

    private static Task<IResult> Enable(HttpContext context, PipelineRequest request, SecretBox secrets, EventLog events, TimeProvider time, CancellationToken cancel) =>
        ChangeAsync(context, request, secrets, events, time, "review-apps.enable", 201, cancel);

    private static Task<IResult> Update(HttpContext context, PipelineRequest request, SecretBox secrets, EventLog events, TimeProvider time, CancellationToken cancel) =>
        ChangeAsync(context, request, secrets, events, time, "review-apps.update", 200, cancel);

    private static async Task<IResult> ChangeAsync(
        HttpContext context, PipelineRequest request, SecretBox secrets, EventLog events, TimeProvider time, string action, int status, CancellationToken cancel)
    {
        var body = await context.ReadOptionalAsync(ContractsJson.Default.ReviewAppConfigRequest);
        var pipeline = request.Pipeline;
        PipelineLedger.CheckOwner(pipeline, request.Actor);
        // The client names the repository as it was told of it, without what it takes to read it.
        if (body?.Repo is { Length: > 0 } repo && (pipeline.Repository is null || repo != ShownOf(pipeline, secrets))) pipeline.Repository = secrets.Seal(RepositoryOf(repo));
        if (body?.StaleDays is < 1 or > MaxStaleDays) throw new SlipwayException(422, new SlipwayError("invalid_stale_days", $"{body.StaleDays} is not a number of days from 1 to {MaxStaleDays}."));
        if (body?.BaseName is { Length: > 0 } name) AppName.Parse(name);
        pipeline.Reviews = true;
        pipeline.AutomaticReviews = body?.AutomaticReviewApps ?? pipeline.AutomaticReviews;
        pipeline.DestroyStale = body?.DestroyStaleApps ?? pipeline.DestroyStale;
        pipeline.StaleDays = body?.StaleDays ?? pipeline.StaleDays;
        pipeline.WaitForCi = body?.WaitForCi ?? pipeline.WaitForCi;
        pipeline.BaseName = body?.BaseName is { } text ? (text.Length == 0 ? null : text) : pipeline.BaseName;
        pipeline.UpdatedAt = time.GetUtcNow();
        events.Add(request.Store, request.Actor.Email, action, PipelineLedger.Target(pipeline));
        await request.Store.SaveChangesAsync(cancel);
        if (pipeline.AutomaticReviews || pipeline.WaitForCi)
            context.Response.Headers["Warning-Message"] = "Slipway makes review apps when they are asked for, not by itself: heroku reviewapps:create -p " + pipeline.Name + " -b BRANCH";
        var view = View(pipeline, secrets);
        return status == 201 ? ApiJson.Created(view, ContractsJson.Default.ReviewAppConfig) : ApiJson.Ok(view, ContractsJson.Default.ReviewAppConfig);
    }

    /// <summary>Review apps that there are stay.</summary>
    private static async Task<IResult> Disable(PipelineRequest request, SecretBox secrets, EventLog events, CancellationToken cancel)
    {
        PipelineLedger.CheckOwner(request.Pipeline, request.Actor);
        if (!request.Pipeline.Reviews) throw Disabled(request.Pipeline);
        var view = View(request.Pipeline, secrets);
        request.Pipeline.Reviews = false;
        events.Add(request.Store, request.Actor.Email, "review-apps.disable", PipelineLedger.Target(request.Pipeline));
        await request.Store.SaveChangesAsync(cancel);
        return ApiJson.Ok(view, ContractsJson.Default.ReviewAppConfig);
    }

    private static IResult GetVars(PipelineRequest request, SecretBox secrets)
    {
        PipelineLedger.CheckOwner(request.Pipeline, request.Actor);
        return ApiJson.Ok(secrets.OpenMap(request.Pipeline.ReviewConfig), ContractsJson.Default.IReadOnlyDictionaryStringString);
    }

    /// <summary>Null unsets. Review apps that there are keep theirs.</summary>
    private static async Task<IResult> SetVars(HttpContext context, PipelineRequest request, SecretBox secrets, EventLog events, CancellationToken cancel)
    {
        PipelineLedger.CheckOwner(request.Pipeline, request.Actor);
        var vars = secrets.OpenMap(request.Pipeline.ReviewConfig);
        foreach (var (key, value) in await context.ReadAsync(ContractsJson.Default.IReadOnlyDictionaryStringString))
        {
            var name = ConfigVarsApi.CheckKey(key).Value;
            if (ConfigVarsApi.CheckValue(key, value) is { } text) vars[name] = text;
            else vars.Remove(name);
        }

        request.Pipeline.ReviewConfig = secrets.SealMap(vars);
        events.Add(request.Store, request.Actor.Email, "review-apps.config", PipelineLedger.Target(request.Pipeline), after: string.Join(", ", vars.Keys));
        await request.Store.SaveChangesAsync(cancel);
        return ApiJson.Ok(vars, ContractsJson.Default.IReadOnlyDictionaryStringString);
    }

    private static IResult GetRepository(PipelineRequest request, SecretBox secrets) => request.Pipeline.Repository is null
        ? throw NotConnected(request.Pipeline)
        : ApiJson.Ok(RepositoryView(request.Pipeline, secrets), ContractsJson.Default.ReviewRepository);

    private static async Task<IResult> Connect(HttpContext context, PipelineRequest request, SecretBox secrets, EventLog events, CancellationToken cancel)
    {
        PipelineLedger.CheckOwner(request.Pipeline, request.Actor);
        var body = await context.ReadAsync(ContractsJson.Default.ConnectRepositoryRequest);
        request.Pipeline.Repository = secrets.Seal(RepositoryOf(body.Repository ?? ""));
        events.Add(request.Store, request.Actor.Email, "pipeline.connect", PipelineLedger.Target(request.Pipeline), after: ShownOf(request.Pipeline, secrets));
        await request.Store.SaveChangesAsync(cancel);
        return ApiJson.Created(RepositoryView(request.Pipeline, secrets), ContractsJson.Default.ReviewRepository);
    }

    /// <summary>Asks the repository itself.</summary>
    private static async Task<IResult> GetBranch(string branch, PipelineRequest request, SecretBox secrets, SourceFetcher fetcher, CancellationToken cancel)
    {
        if (request.Pipeline.Repository is not { } repository) throw NotConnected(request.Pipeline);
        branch = Uri.UnescapeDataString(branch); // a slash comes through as %2F
        if (!RemoteSource.IsBranch(branch)) throw AppRequest.NotFound("branch", branch);
        var source = RemoteSource.Parse(new Uri(secrets.Open(repository))) with { IsRepository = true, Branch = branch };
        return await fetcher.HasBranchAsync(source, cancel)
            ? ApiJson.Ok(new RepositoryBranch(branch), ContractsJson.Default.RepositoryBranch)
            : throw AppRequest.NotFound("branch", branch);
    }

    /// <summary>Heroku's client asks for it, to know where to ask for repositories.</summary>
    private static IResult GetFeature(ServerConfig server) => ApiJson.Ok(
        new Feature
        {
            Id = StableId.Of(Guid.Empty, RepositoriesFeature),
            Name = RepositoriesFeature,
            DisplayName = "Repositories of pipelines",
            Description = "Repositories of pipelines are asked of this API.",
            DocUrl = server.ApiUrl("/slipway/reference"),
            FeedbackEmail = $"admin@{server.Domain}",
            State = "general",
            Enabled = true,
            CreatedAt = DateTimeOffset.UnixEpoch,
            UpdatedAt = DateTimeOffset.UnixEpoch,
        },
        ContractsJson.Default.Feature);

    private static ReviewAppConfig View(PipelineRow row, SecretBox secrets) => new()
    {
        PipelineId = row.Uuid,
        Pipeline = new Identity(row.Uuid),
        Repo = row.Repository is null ? null : RepositoryView(row, secrets),
        AutomaticReviewApps = row.AutomaticReviews,
        DeployTarget = null,
        DestroyStaleApps = row.DestroyStale,
        StaleDays = row.StaleDays,
        WaitForCi = row.WaitForCi,
        BaseName = row.BaseName,
    };

    private static ReviewRepository RepositoryView(PipelineRow row, SecretBox secrets)
    {
        var shown = ShownOf(row, secrets);
        return new ReviewRepository((int)(BinaryPrimitives.ReadUInt32BigEndian(StableId.Of(row.Uuid, shown).ToByteArray()) >> 1), shown);
    }

    private static string ShownOf(PipelineRow row, SecretBox secrets) => RemoteSource.Parse(new Uri(secrets.Open(row.Repository!))).Shown;

    /// <summary><c>OWNER/NAME</c> is GitHub's, as it is to Heroku's client.</summary>
    private static string RepositoryOf(string text)
    {
        var parts = text.Split('/');
        var url = parts is [{ Length: > 0 }, { Length: > 0 }] && !text.Contains(':') ? $"https://github.com/{text}.git" : text;
        var source = TemplateAddress.Parse(url);
        if (source.Branch is not null || !source.IsRepository) throw RemoteErrors.NotAnAddress(text);
        return source.Credentials is { } credentials
            ? new UriBuilder(source.Url) { UserName = Uri.EscapeDataString(credentials.Split(':', 2)[0]), Password = Uri.EscapeDataString(credentials.Split(':', 2)[1]) }.Uri.OriginalString
            : source.Url.OriginalString;
    }

    private static SlipwayException Disabled(PipelineRow pipeline) =>
        new(404, new SlipwayError("not_found", $"{pipeline.Name} has no review apps.") { Next = $"slipway reviewapps enable -p {pipeline.Name} --repo https://git.example.org/shop.git" });

    private static SlipwayException NotConnected(PipelineRow pipeline) =>
        new(404, new SlipwayError("not_found", $"{pipeline.Name} knows no repository.") { Next = $"slipway reviewapps enable -p {pipeline.Name} --repo https://git.example.org/shop.git" });
}
