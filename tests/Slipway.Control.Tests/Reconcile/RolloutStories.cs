using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Routing;
using Slipway.Contracts.Runner;
using Slipway.Control.Store;

namespace Slipway.Control.Tests.Reconcile;

/// <summary>Releases go live or leave everything as it was.</summary>
public sealed class RolloutStories : IAsyncLifetime
{
    private LocalServer _server = null!;
    private AppRow _blog = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await LocalServer.StartAsync();
        _blog = await _server.AddAppAsync("blog");
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task The_first_release_goes_live_and_the_next_one_takes_its_place()
    {
        var first = await _server.AddReleaseAsync(_blog, ("web", "serve 200"), ("worker", "sleep"), ("release", "quit 1"));
        await _server.ScaleAsync(_blog, "worker", 1);
        Assert.Equal(["start", "probe", "route", "verify"], await _server.RolloutAsync(_blog, first));
        Assert.Equal("200 v1 for blog.localhost", await _server.GetAsync("blog"));
        await _server.SettledAsync();
        Assert.Equal(["web.1 v1", "worker.1 v1"], _server.Names("blog"));

        var second = await _server.AddReleaseAsync(_blog, ("web", "serve 200"), ("worker", "sleep"));
        Assert.Equal(["start", "probe", "route", "verify", "drain"], await _server.RolloutAsync(_blog, second));
        Assert.Equal("200 v2 for blog.localhost", await _server.GetAsync("blog"));
        await _server.SettledAsync();
        Assert.Equal(["web.1 v2", "worker.1 v2"], _server.Names("blog"));

        await using var store = await _server.StoreAsync();
        var app = await store.Apps.SingleAsync(Cancel);
        Assert.Equal((second.Id, null, null), (app.CurrentReleaseId, app.CandidateReleaseId, app.CandidatePhase));
        Assert.All(await store.Releases.ToListAsync(Cancel), release => Assert.Equal(ReleaseStatus.Succeeded, release.Status));
        var history = _server.Runner.History.ToList();
        Assert.True(history.IndexOf("stop worker.1 v1") < history.IndexOf("start worker.1 v2"), "Two workers ran at once.");
        Assert.True(history.IndexOf("start web.1 v2") < history.IndexOf("stop web.1 v1"), "The old one went before the new one came.");
    }

    [Theory]
    [InlineData("quit 3", "instance_exited", "start", "exited with status 3")]
    [InlineData("serve 500", "app_answers_with_error", "probe", "status 500")]
    [InlineData("serve 400 '<h1>Bad Request (400)</h1>'", "host_refused", "probe", "refuses requests for blog.localhost")]
    [InlineData("sleep", "boot_timeout", "probe", "did not answer within 2 s")]
    [InlineData("refuse", "layer_missing", "start", "A layer is not there")]
    public async Task A_release_that_does_not_work_leaves_the_old_one_serving_and_says_why(string command, string id, string step, string message)
    {
        await _server.RolloutAsync(_blog, await _server.AddReleaseAsync(_blog, ("web", "serve 200")));
        var bad = await _server.AddReleaseAsync(_blog, ("web", command));
        var e = await Assert.ThrowsAsync<SlipwayException>(() => _server.RolloutAsync(_blog, bad));
        Assert.Equal((id, step), (e.Error.Id, e.Error.Step));
        Assert.Contains(message, e.Error.Message);
        if (id is not "layer_missing") Assert.Contains("this is what I said last", e.Error.Evidence!);

        Assert.Equal("200 v1 for blog.localhost", await _server.GetAsync("blog"));
        await _server.SettledAsync();
        Assert.Equal(["web.1 v1"], _server.Names("blog"));
        Assert.DoesNotContain(_server.Edge.Taken, revision => revision.Routes.Any(route => route.Release == bad.Version));
    }

    [Fact]
    public async Task A_release_that_the_public_url_does_not_show_is_taken_back()
    {
        await _server.RolloutAsync(_blog, await _server.AddReleaseAsync(_blog, ("web", "serve 200")));
        _server.Edge.PublicStatus = 502;
        var e = await Assert.ThrowsAsync<SlipwayException>(async () => await _server.RolloutAsync(_blog, await _server.AddReleaseAsync(_blog, ("web", "serve 200"))));
        Assert.Equal(("public_url_not_verified", "verify"), (e.Error.Id, e.Error.Step));
        _server.Edge.PublicStatus = null;
        await _server.SettledAsync();
        Assert.Equal("200 v1 for blog.localhost", await _server.GetAsync("blog"));
        Assert.Equal(["web.1 v1"], _server.Names("blog"));
        Assert.Equal([1, 2, 1], _server.Edge.Taken.Where(revision => revision.Routes.Single().Backends.Count > 0).Select(revision => revision.Routes.Single().Release));
    }

    [Fact]
    public async Task A_failed_first_release_leaves_nothing()
    {
        await Assert.ThrowsAsync<SlipwayException>(async () => await _server.RolloutAsync(_blog, await _server.AddReleaseAsync(_blog, ("web", "quit 1"))));
        await _server.SettledAsync();
        Assert.Empty(_server.Runner.Instances);
        Assert.Equal(RouteState.NoWebProcesses, _server.Edge.Route("blog")!.State);
    }

    [Fact]
    public async Task A_cancelled_rollout_goes_back()
    {
        await _server.RolloutAsync(_blog, await _server.AddReleaseAsync(_blog, ("web", "serve 200")));
        using var cancel = new CancellationTokenSource();
        var rollout = _server.RolloutAsync(_blog, await _server.AddReleaseAsync(_blog, ("web", "sleep")), cancel.Token);
        await _server.UntilAsync(_ => _server.Names("blog").Contains("web.1 v2"));
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => rollout);
        await _server.SettledAsync();
        Assert.Equal(["web.1 v1"], _server.Names("blog"));
    }

    [Fact]
    public async Task An_app_without_web_must_stay_up_for_a_while()
    {
        await _server.ScaleAsync(_blog, "worker", 1);
        await _server.RolloutAsync(_blog, await _server.AddReleaseAsync(_blog, ("worker", "sleep")));
        await _server.SettledAsync();
        var e = await Assert.ThrowsAsync<SlipwayException>(async () => await _server.RolloutAsync(_blog, await _server.AddReleaseAsync(_blog, ("worker", "quit 1"))));
        Assert.Equal("start", e.Error.Step);
        await _server.SettledAsync();
        Assert.Equal(["worker.1 v1"], _server.Names("blog"));
    }

    [Fact]
    public async Task A_busy_old_instance_does_not_delay_live_and_is_stopped_when_it_is_done()
    {
        await _server.RolloutAsync(_blog, await _server.AddReleaseAsync(_blog, ("web", "serve 200")));
        var old = Assert.Single(_server.Runner.Instances);
        _server.Edge.Busy[old.Id] = 1;
        await _server.RolloutAsync(_blog, await _server.AddReleaseAsync(_blog, ("web", "serve 200")));
        Assert.Equal(["web.1 v1", "web.1 v2"], _server.Names("blog"));
        _server.Edge.Busy[old.Id] = 0;
        await _server.SettledAsync();
        Assert.Equal(["web.1 v2"], _server.Names("blog"));
    }
}
