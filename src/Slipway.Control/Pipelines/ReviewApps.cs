using System.Security.Cryptography;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Control.Access;
using Slipway.Control.AppFiles;
using Slipway.Control.Apps;
using Slipway.Control.Deploys;
using Slipway.Control.Events;
using Slipway.Control.Instances;
using Slipway.Control.Remotes;
using Slipway.Control.Secrets;
using Slipway.Control.Server;
using Slipway.Control.Setups;
using Slipway.Control.Store;

namespace Slipway.Control.Pipelines;

/// <param name="Branch">What it is made from, and called after.</param>
/// <param name="Address">Of its source; null for the branch of the pipeline's repository.</param>
/// <param name="Given">Config vars beside the pipeline's own.</param>
internal sealed record ReviewRequest(string Branch, string? Address, SeenSource? Source, int? PullRequest, IReadOnlyDictionary<string, string> Given);

/// <summary>Apps for branches: made as any other from app.json, with its environment <c>review</c>, and taken away again.</summary>
internal sealed partial class ReviewApps(
    IDbContextFactory<SlipwayStore> stores, SetupLedger setups, SetupRunner runner, Templates templates, PipelineLedger pipelines, Deployer deployer, AppDestruction destruction,
    OneOffs oneOffs, SecretBox secrets, EventLog events, TimeProvider time, ILogger<ReviewApps> logger) : BackgroundService
{
    private const int MaxName = 30, SuffixLength = 4;
    private static readonly TimeSpan SweepEvery = TimeSpan.FromHours(1);
    private static readonly TimeSpan ScriptLimit = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);

    private readonly Channel<long> _leaving = Channel.CreateUnbounded<long>();
    private readonly KeyedLock _making = new();

    /// <exception cref="SlipwayException">409: the branch has one; 422: no branch, no repository.</exception>
    public async Task<ReviewAppRow> CreateAsync(PipelineRow pipeline, ReviewRequest request, Actor actor, CancellationToken cancel)
    {
        if (!RemoteSource.IsBranch(request.Branch)) throw new SlipwayException(422, new SlipwayError("invalid_branch", $"{TypedName.Quote(request.Branch)} is not a branch's name."));
        if (!pipeline.Reviews) throw NotEnabled(pipeline);
        // Two who ask at once, as a webhook and a person do: the second finds the first one's.
        using var turn = await _making.EnterAsync($"{pipeline.Id} {request.Branch}", cancel);
        await CheckIsFirstAsync(pipeline, request.Branch, cancel);
        var address = request.Source is null ? request.Address ?? AddressOf(pipeline, request.Branch) : null;
        if (address is not null) TemplateAddress.Parse(address);

        var name = NameOf(pipeline.BaseName ?? pipeline.Name, request);
        var given = new Dictionary<string, string>(secrets.OpenMap(pipeline.ReviewConfig), StringComparer.Ordinal)
        {
            ["HEROKU_APP_NAME"] = name, // scripts of existing repositories ask for these
            ["HEROKU_BRANCH"] = request.Branch,
        };
        if (request.PullRequest is { } number) given["HEROKU_PR_NUMBER"] = number.ToString(System.Globalization.CultureInfo.InvariantCulture);
        foreach (var (key, value) in request.Given) given[key] = value;

        ReviewAppRow? review = null;
        var setup = await setups.AddAsync(new SetupRequest(name, address, request.Source, given, AppFile.ReviewEnvironment), actor, cancel, (store, app, setup) =>
        {
            var now = time.GetUtcNow();
            review = new ReviewAppRow
            {
                Uuid = Guid.NewGuid(), PipelineId = pipeline.Id, AccountId = actor.AccountId, Setup = setup, AppId = app.Id, Branch = request.Branch, PullRequest = request.PullRequest,
                CreatedAt = now, UpdatedAt = now,
            };
            store.ReviewApps.Add(review);
            store.Couplings.Add(pipelines.NewCoupling(pipeline, app, Stage.Review));
            events.Add(store, actor.Email, "review-app.create", EventTarget.Of(app), after: $"{request.Branch} of {pipeline.Name}");
        });
        await runner.BeginAsync(setup, CancellationToken.None);
        return review!;
    }

    /// <summary>From here on it goes, whatever crashes: first app.json's pr-predestroy, then the app with all that it has.</summary>
    public async Task DeleteAsync(long id, string actor, CancellationToken cancel)
    {
        await stores.ChangeAsync(async store =>
        {
            var row = await store.ReviewApps.SingleAsync(row => row.Id == id, cancel);
            if (row.DeletedAt is not null) return 0;
            (row.DeletedAt, row.UpdatedAt) = (time.GetUtcNow(), time.GetUtcNow());
            var app = await store.Apps.FirstOrDefaultAsync(app => app.Id == row.AppId, cancel);
            if (app is not null) await AppDestruction.CheckNotSharedAsync(store, app, cancel);
            if (app is not null) events.Add(store, actor, "review-app.delete", EventTarget.Of(app), before: row.Branch);
            return await store.SaveChangesAsync(cancel);
        }, cancel);
        _leaving.Writer.TryWrite(id);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using (var store = await stores.CreateDbContextAsync(stoppingToken))
            foreach (var id in await store.ReviewApps.Where(row => row.DeletedAt != null && row.AppId != null).Select(row => row.Id).ToListAsync(stoppingToken)) _leaving.Writer.TryWrite(id);
        var sweeping = SweepAsync(stoppingToken);
        await foreach (var id in _leaving.Reader.ReadAllAsync(stoppingToken)) _ = FinishAsync(id, stoppingToken);
        await sweeping;
    }

    private async Task FinishAsync(long id, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                await LeaveAsync(id, cancel);
                return;
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancel.IsCancellationRequested)
            {
                LogUnfinished(e, id);
                await Task.Delay(Retry, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task LeaveAsync(long id, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var row = await store.ReviewApps.Include(row => row.Setup).SingleOrDefaultAsync(row => row.Id == id, cancel);
        if (row is null) return; // its pipeline is gone
        if (await store.Apps.AsNoTracking().FirstOrDefaultAsync(app => app.Id == row.AppId, cancel) is not { } app) return;
        await deployer.CancelAsync(app.Id, cancel);
        if (row.PreDestroyAt is null && app is { CurrentReleaseId: { } release, DestroyedAt: null } && await ScriptOfAsync(store, release, row.Setup!, cancel) is { } command)
        {
            row.PreDestroyAt = time.GetUtcNow();
            await store.SaveChangesAsync(cancel);
            var result = await RunAsync(app.Id, release, command, cancel);
            await events.RecordAsync("slipway", "review-app.predestroy", EventTarget.Of(app), null, command, result, cancel);
        }

        await destruction.DestroyAsync(app.Id, "slipway", cancel);
    }

    /// <summary>Of what serves: its source is kept, whatever became of the first one's.</summary>
    private async Task<string?> ScriptOfAsync(SlipwayStore store, long releaseId, SetupRow setup, CancellationToken cancel)
    {
        try
        {
            var digest = await store.Releases.Where(row => row.Id == releaseId).Select(row => row.Image!.SourceDigest).FirstOrDefaultAsync(cancel);
            return digest is { Length: > 0 } ? templates.FileOf(Digest.Parse(digest))?.File.For(setup.Environment).Scripts.GetValueOrDefault(AppFile.PreDestroyScript) : null;
        }
        catch (SlipwayException)
        {
            return null; // its app.json is not one
        }
    }

    /// <summary>Whatever the script comes to, the app goes: its end was asked for.</summary>
    private async Task<string> RunAsync(long appId, long releaseId, string command, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(ScriptLimit);
        try
        {
            await using var run = await oneOffs.StartAsync(new OneOffRequest(appId, releaseId, AppFile.PreDestroyScript, [command], new Dictionary<string, string>(), null, null), limit.Token);
            return await run.EndAsync(_ => ValueTask.CompletedTask, limit.Token) switch
            {
                null => "its end is not known",
                { Code: 0 } => EventLog.Ok,
                var exit => $"exit status {exit.Code}",
            };
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return $"stopped after {ScriptLimit.TotalMinutes:0} minutes";
        }
        catch (SlipwayException e)
        {
            return $"failed: {e.Error.Id}";
        }
    }

    /// <summary>Takes away what nobody deployed to for as long as its pipeline says.</summary>
    private async Task SweepAsync(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(SweepEvery, time);
        do
        {
            try
            {
                await using var store = await stores.CreateDbContextAsync(cancel);
                foreach (var pipeline in await store.Pipelines.AsNoTracking().Where(row => row.DestroyStale).ToListAsync(cancel))
                {
                    var before = time.GetUtcNow() - TimeSpan.FromDays(pipeline.StaleDays);
                    foreach (var id in await store.ReviewApps.Where(row => row.PipelineId == pipeline.Id && row.DeletedAt == null && row.AppId != null && row.CreatedAt < before
                        && !store.Deploys.Any(deploy => deploy.AppId == row.AppId && deploy.CreatedAt >= before)).Select(row => row.Id).ToListAsync(cancel))
                        await DeleteAsync(id, "slipway", cancel);
                }
            }
            catch (Exception e) when (!cancel.IsCancellationRequested)
            {
                LogNotSwept(e);
            }
        }
        while (await timer.WaitForNextTickAsync(cancel));
    }

    private async Task CheckIsFirstAsync(PipelineRow pipeline, string branch, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var app = await store.ReviewApps.Where(row => row.PipelineId == pipeline.Id && row.Branch == branch && row.DeletedAt == null)
            .Join(store.Apps.Where(app => app.DestroyedAt == null), row => row.AppId, app => app.Id, (_, app) => app.Name).FirstOrDefaultAsync(cancel);
        if (app is null) return;
        throw new SlipwayException(409, new SlipwayError("review_app_exists", $"The branch {branch} has a review app already: {app}.")
        {
            Next = $"Deploy to it (slipway deploy -a {app}), or take it away first: slipway reviewapps destroy {branch} -p {pipeline.Name}",
        });
    }

    private string AddressOf(PipelineRow pipeline, string branch) => pipeline.Repository is { } repository
        ? new UriBuilder(secrets.Open(repository)) { Fragment = branch }.Uri.OriginalString
        : throw new SlipwayException(422, new SlipwayError("repository_missing", $"{pipeline.Name} knows no repository to take {branch} from.")
        {
            Next = $"slipway reviewapps enable -p {pipeline.Name} --repo https://git.example.org/shop.git",
        });

    /// <summary><c>shop-new-basket-4821</c>: an app's name, whatever the branch is called.</summary>
    internal static string NameOf(string start, ReviewRequest request)
    {
        var what = request.PullRequest is { } number ? $"pr-{number}" : request.Branch.ToLowerInvariant();
        var suffix = RandomNumberGenerator.GetString("0123456789", SuffixLength);
        var words = $"{start}-{what}".Select(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) ? c : '-');
        var name = string.Join('-', string.Concat(words).Split('-', StringSplitOptions.RemoveEmptyEntries));
        return $"{name[..Math.Min(name.Length, MaxName - SuffixLength - 1)].TrimEnd('-')}-{suffix}";
    }

    private static SlipwayException NotEnabled(PipelineRow pipeline) => new(422, new SlipwayError("review_apps_disabled", $"{pipeline.Name} has no review apps.")
    {
        Next = $"slipway reviewapps enable -p {pipeline.Name} --repo https://git.example.org/shop.git",
    });

    [LoggerMessage(LogLevel.Warning, "Taking review app {Review} away is not finished; trying again")]
    private partial void LogUnfinished(Exception e, long review);

    [LoggerMessage(LogLevel.Warning, "Looking for stale review apps failed; trying again in an hour")]
    private partial void LogNotSwept(Exception e);
}

internal static class PipelinesServices
{
    public static IServiceCollection AddPipelines(this IServiceCollection services) => services
        .AddSingleton<PipelineLedger>()
        .AddSingleton<Promotions>()
        .AddHostedService(provider => provider.GetRequiredService<Promotions>())
        .AddSingleton<ReviewApps>()
        .AddHostedService(provider => provider.GetRequiredService<ReviewApps>());
}
