using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Routing;
using Slipway.Contracts.Runner;
using Slipway.Control.Instances;
using Slipway.Control.Store;

namespace Slipway.Control.Tests.Reconcile;

/// <summary>What runs becomes what should run, whoever is away in between.</summary>
public sealed class ReconcilerStories : IAsyncLifetime
{
    private LocalServer _server = null!;
    private AppRow _blog = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await LocalServer.StartAsync();
        _blog = await _server.AddAppAsync("blog");
        await _server.RolloutAsync(_blog, await _server.AddReleaseAsync(_blog, ("web", "serve 200"), ("worker", "sleep")));
        await _server.SettledAsync();
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Restarting_slipwayd_changes_nothing()
    {
        var (before, revision) = (_server.Runner.Instances, _server.Edge.Revision);
        await _server.StopControlAsync();
        await _server.StartControlAsync();
        await _server.SettledAsync();
        Assert.Equal(before, _server.Runner.Instances);
        Assert.Equal(revision, _server.Edge.Revision);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_slipwayd_killed_in_a_rollout_goes_back_when_it_starts(bool swapping)
    {
        var next = await _server.AddReleaseAsync(_blog, ("web", "serve 200"));
        await using (var store = await _server.StoreAsync())
        {
            var app = await store.Apps.SingleAsync(Cancel);
            (app.CandidateReleaseId, app.CandidatePhase) = (next.Id, swapping ? CandidatePhase.Swapping : CandidatePhase.Starting);
            await store.SaveChangesAsync(Cancel);
        }

        await _server.UntilAsync(_ => _server.Names("blog").Contains("web.1 v2") && (!swapping || _server.Edge.Route("blog")!.Release == 2));
        await _server.StopControlAsync();
        await _server.StartControlAsync();
        await _server.SettledAsync();
        Assert.Equal(["web.1 v1"], _server.Names("blog"));
        Assert.Equal("200 v1 for blog.localhost", await _server.GetAsync("blog"));
        Assert.All(_server.Edge.Taken.Where(revision => revision.Number > 1), revision => Assert.NotEmpty(revision.Routes.Single().Backends));
    }

    [Fact]
    public async Task A_crashed_instance_is_replaced()
    {
        await _server.Runner.CrashAsync(Assert.Single(_server.Runner.Instances).Id);
        await _server.UntilAsync(_ => _server.Edge.Route("blog")!.State == RouteState.Crashed);
        await _server.UntilAsync(_ => _server.Edge.Route("blog")!.State == RouteState.Serving);
        Assert.Equal("200 v1 for blog.localhost", await _server.GetAsync("blog"));
    }

    [Fact]
    public async Task It_waits_for_a_runner_that_is_away()
    {
        _server.Runner.Close();
        await _server.ScaleAsync(_blog, "web", 2);
        Assert.Equal("200 v1 for blog.localhost", await _server.GetAsync("blog"));
        _server.Runner.Open();
        await _server.UntilAsync(_ => _server.Edge.Route("blog")!.Backends.Count == 2);
    }

    [Fact]
    public async Task An_edge_that_comes_back_with_nothing_is_told_again()
    {
        await _server.Edge.CloseAsync();
        await _server.ScaleAsync(_blog, "web", 2);
        await _server.UntilAsync(_ => _server.Names("blog").Count() == 2);
        await _server.Edge.OpenAsync();
        await _server.UntilAsync(_ => _server.Edge.Route("blog")!.Backends.Count == 2);
    }

    [Fact]
    public async Task A_lost_answer_of_the_edge_loses_no_instance()
    {
        _server.Edge.LoseAnswer = true;
        await _server.RolloutAsync(_blog, await _server.AddReleaseAsync(_blog, ("web", "serve 200")));
        await _server.SettledAsync();
        Assert.Equal("200 v2 for blog.localhost", await _server.GetAsync("blog"));
        var numbers = _server.Edge.Taken.Select(revision => revision.Number).ToList();
        Assert.Equal(numbers.Distinct().Order(), numbers);
    }

    [Fact]
    public async Task A_restart_puts_new_instances_in_place_of_the_old_ones()
    {
        await _server.ScaleAsync(_blog, "web", 2);
        await _server.ScaleAsync(_blog, "worker", 1);
        await _server.UntilAsync(_ => _server.Names("blog").Count() == 3 && _server.Edge.Route("blog")!.Backends.Count == 2);
        var before = _server.Runner.Instances.Select(i => i.Id).ToHashSet();
        await _server.Instances.RestartAsync(_blog.Id, null, Cancel);
        Assert.Equal(["web.1 v1", "web.2 v1", "worker.1 v1"], _server.Names("blog"));
        Assert.DoesNotContain(_server.Runner.Instances.Where(i => i.State == InstanceState.Running), instance => before.Contains(instance.Id));
        Assert.All(_server.Edge.Taken.Skip(2), revision => Assert.NotEmpty(revision.Routes.Single().Backends));
        var e = await Assert.ThrowsAsync<SlipwayException>(() => _server.Instances.RestartAsync(_blog.Id, "nothing", Cancel));
        Assert.Equal("no_such_instance", e.Error.Id);
    }

    [Fact]
    public async Task A_new_domain_reaches_the_instances_and_the_routes()
    {
        await using (var store = await _server.StoreAsync())
        {
            store.Domains.Add(new DomainRow { Uuid = Guid.NewGuid(), AppId = _blog.Id, Hostname = "www.example.org" });
            await store.SaveChangesAsync(Cancel);
        }

        await _server.SettledAsync();
        Assert.Equal(["blog.localhost", "www.example.org"], _server.Edge.Route("blog")!.Hosts.Select(host => host.Value));
        Assert.Equal("blog.localhost,www.example.org", _server.Runner.SpecOf(Assert.Single(_server.Runner.Instances).Id).Environment["SLIPWAY_DOMAINS"]);
    }

    [Fact]
    public async Task A_destroyed_app_is_gone_when_it_says_so()
    {
        await using (var store = await _server.StoreAsync())
        {
            (await store.Apps.SingleAsync(Cancel)).DestroyedAt = DateTimeOffset.UtcNow;
            await store.SaveChangesAsync(Cancel);
        }

        await _server.Instances.DestroyAsync(_blog, Cancel);
        Assert.Empty(_server.Runner.Instances);
        Assert.Empty(_server.Edge.Revision.Routes);
    }

    [Fact]
    public async Task A_one_off_lives_as_long_as_its_lease()
    {
        var request = new OneOffRequest(_blog.Id, 1, "run", ["sleep"], new Dictionary<string, string> { ["X"] = "1", ["PORT"] = "no" }, null, null);
        var oneOff = await _server.OneOffs.StartAsync(request, Cancel);
        await _server.UntilAsync(pass => pass.Actual.Instances.Any(i => i.Id == oneOff.Id));
        await _server.SettledAsync();
        var environment = _server.Runner.SpecOf(oneOff.Id).Environment;
        Assert.Equal(("1", "made once", false), (environment["X"], environment["SLIPWAY_SECRET_KEY"], environment.ContainsKey("PORT")));
        Assert.Contains(await _server.Instances.ListAsync(_blog.Id, Cancel), one => one.Status.Id == oneOff.Id && one.Command == "sleep");

        await oneOff.DisposeAsync();
        await _server.UntilAsync(_ => _server.Runner.Instances.All(i => i.Id != oneOff.Id));
    }

    [Fact]
    public async Task Ps_tells_a_crash_and_why()
    {
        var next = await _server.AddReleaseAsync(_blog, ("web", "serve 200"), ("worker", "quit 7"));
        await _server.RolloutAsync(_blog, next);
        await _server.ScaleAsync(_blog, "worker", 1);
        await _server.UntilAsync(pass => pass.Actual.Crashes.Count > 0 && pass.Actual.Instances.All(i => i.State == InstanceState.Running));
        var listed = await _server.Instances.ListAsync(_blog.Id, Cancel);
        Assert.Equal(["web.1 up", "worker.1 crashed"], listed.Select(one => $"{one.Status.Name} {one.State}"));
        Assert.Equal("worker.1 of v2 exited with status 7.", listed[1].Why);
    }

    [Fact]
    public async Task Ps_tells_what_ends_from_what_serves()
    {
        await _server.ScaleAsync(_blog, "web", 2);
        await UntilListedAsync("web.1 up", "web.2 up");
        var end = new TaskCompletionSource();
        _server.Runner.MayEnd = end.Task;
        await _server.ScaleAsync(_blog, "web", 1);
        await UntilListedAsync("web.1 up", "web.2 down");
        end.SetResult();
        await UntilListedAsync("web.1 up");
    }

    private async Task UntilListedAsync(params string[] wanted)
    {
        for (var tries = 0; ; tries++)
        {
            var listed = (await _server.Instances.ListAsync(_blog.Id, Cancel)).Select(one => $"{one.Status.Name} {one.State}").ToList();
            if (listed.SequenceEqual(wanted)) return;
            Assert.True(tries < 300, string.Join(", ", listed));
            await Task.Delay(50, Cancel);
        }
    }
}
