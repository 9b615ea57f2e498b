using Slipway.Contracts.Deploys;
using Slipway.Contracts.Errors;
using Slipway.Control.Alerts;
using Slipway.Control.Addons;
using Slipway.Control.Deploys;
using Slipway.Control.Events;
using Slipway.Control.Store;

namespace Slipway.Control.Tests.Deploys;

/// <summary>However a deploy ends, store and log agree on it, and what serves is never in doubt.</summary>
public sealed class DeployOutcomeTests : IDisposable
{
    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private DeployLogs Logs => new(_store.Server, _store, TimeProvider.System);

    private DeployOutcome Outcome => new(_store, new AttachmentLedger(_store.Secrets, TimeProvider.System), _store.Secrets, new EventLog(_store, TimeProvider.System), new AlertBook(_store, TimeProvider.System), _store.Server, TimeProvider.System);

    /// <summary>An app at v1 with a deploy that runs and has made v2.</summary>
    private (AppRow App, DeployRow Deploy, ReleaseRow Old, ReleaseRow New) Running(DeployKind kind)
    {
        var app = _store.AddApp("blog", ("A", "changed"));
        using var store = _store.CreateDbContext();
        ReleaseRow Release(int version, string config, ReleaseStatus status) => new()
        {
            Uuid = Guid.NewGuid(), AppId = app.Id, Version = version, Description = "x", AccountId = 1, Status = status, ProcessTypes = "{}",
            ConfigVars = _store.Secrets.SealMap(new Dictionary<string, string> { ["A"] = config }),
        };
        var (old, made) = (Release(1, "old", ReleaseStatus.Succeeded), Release(2, "changed", ReleaseStatus.Pending));
        store.Releases.AddRange(old, made);
        store.SaveChanges();
        var row = store.Apps.Single();
        (row.CurrentReleaseId, row.CandidateReleaseId, row.CandidatePhase) = (old.Id, made.Id, CandidatePhase.Swapping);
        var deploy = new DeployRow { Uuid = Guid.NewGuid(), AppId = app.Id, Kind = kind, Status = DeployStatus.Running, AccountId = 1, ReleaseId = made.Id };
        store.Deploys.Add(deploy);
        store.SaveChanges();
        return (row, deploy, old, made);
    }

    private async Task<DeployEvent> SettleAsync(DeployRow deploy)
    {
        var logs = Logs;
        using (var log = logs.Open(deploy.Uuid)) await Outcome.SettleAsync(deploy, log);
        logs.Close(deploy.Uuid);
        DeployEvent? last = null;
        await foreach (var happened in logs.FollowAsync(deploy.Uuid, Cancel)) last = happened;
        return last!;
    }

    [Fact]
    public async Task A_deploy_that_was_cut_off_before_its_promotion_failed_and_the_old_release_is_all_there_is()
    {
        var (_, deploy, old, made) = Running(DeployKind.Config);
        var last = await SettleAsync(deploy);

        Assert.Equal("deploy_interrupted", last.Error!.Id);
        Assert.Contains("v1 serves on", last.Error.Message);
        using var store = _store.CreateDbContext();
        var app = store.Apps.Single();
        Assert.Equal((old.Id, null, null), (app.CurrentReleaseId, app.CandidateReleaseId, app.CandidatePhase));
        Assert.Equal("old", _store.Secrets.OpenMap(app.ConfigVars)["A"]);
        Assert.Equal(ReleaseStatus.Failed, store.Releases.Single(row => row.Id == made.Id).Status);
        Assert.Equal(DeployStatus.Failed, store.Deploys.Single().Status);
        Assert.Equal("deploy_interrupted", store.Events.Single().Result);
    }

    [Fact]
    public async Task One_that_was_cut_off_after_its_promotion_succeeded()
    {
        var (_, deploy, _, made) = Running(DeployKind.Source);
        using (var store = _store.CreateDbContext())
        {
            var app = store.Apps.Single();
            (app.CurrentReleaseId, app.CandidateReleaseId, app.CandidatePhase) = (made.Id, null, null);
            store.SaveChanges();
        }

        var last = await SettleAsync(deploy);
        Assert.Equal((DeployEventKind.Succeeded, 2), (last.Kind, last.Release));
        using var after = _store.CreateDbContext();
        Assert.Equal(DeployStatus.Succeeded, after.Deploys.Single().Status);
        Assert.Equal("changed", _store.Secrets.OpenMap(after.Apps.Single().ConfigVars)["A"]);
    }

    [Fact]
    public void The_store_itself_refuses_a_second_deploy_at_once()
    {
        var (app, _, _, _) = Running(DeployKind.Source);
        using var store = _store.CreateDbContext();
        store.Deploys.Add(new DeployRow { Uuid = Guid.NewGuid(), AppId = app.Id, Kind = DeployKind.Source, Status = DeployStatus.Pending, AccountId = 1 });
        var refused = Assert.Throws<Microsoft.EntityFrameworkCore.DbUpdateException>(() => store.SaveChanges());
        Assert.True(refused.IsDuplicate());
    }

    [Fact]
    public void An_error_says_the_step_and_what_serves()
    {
        var error = DeployErrors.InContext(new SlipwayError("x", "The build failed.") { Next = "n" }, "build", 7);
        Assert.Equal(("build", "The build failed. v7 serves on as before.", "n"), (error.Step, error.Message, error.Next));
        Assert.Equal("The build failed. Nothing of it is live.", DeployErrors.InContext(error with { Message = "The build failed." }, null, null).Message);
    }
}
