using Slipway.Contracts.Names;
using Slipway.Contracts.Routing;
using Slipway.Contracts.Runner;
using Slipway.Control.Instances;
using Slipway.Control.Reconcile;
using Slipway.Control.Store;
using static Slipway.Control.Tests.Reconcile.World;

namespace Slipway.Control.Tests.Reconcile;

public sealed class PlannerTests
{
    private readonly InstanceStatus _old = Instance("web.1", 1);
    private readonly InstanceStatus _new = Instance("web.1", 2, ageSeconds: 1);

    [Fact]
    public void FirstReleaseStartsItsWebUnrouted()
    {
        var plan = Planner.Plan(Desired(App(candidate: Release(1, web: 2, worker: 1))), Actual());
        Assert.Equal(["start blog v1 web.1", "start blog v1 web.2"], Keys<StartInstance>(plan));
        Assert.Equal(RouteState.NoWebProcesses, Route(plan).State);
    }

    [Fact]
    public void RunningWebIsProbedAndNotRoutedBeforeItIsHealthy()
    {
        var plan = Planner.Plan(Desired(App(current: Release(1))), Actual(_old));
        Assert.Equal(_old, Assert.Single(plan.Actions.OfType<ProbeInstance>()).Instance);
        Assert.Equal(RouteState.Starting, Route(plan).State);
        Assert.Empty(Route(plan).Backends);
    }

    [Fact]
    public void CandidateRunsBesideTheCurrentReleaseAndGetsNoRequests()
    {
        var desired = Desired(App(current: Release(1), candidate: Release(2)));
        var actual = Actual(_old).Healthy(_old).Routing(Desired(App(current: Release(1))));
        Assert.Equal(["start blog v2 web.1"], Keys<PlanAction>(Planner.Plan(desired, actual)));

        actual = actual with { Instances = [_old, _new], Healthy = actual.Healthy.Append(new(_new.Id, Backend(_new))).ToDictionary() };
        Assert.Empty(Planner.Plan(desired, actual).Actions);
    }

    [Fact]
    public void SwappingRoutesToTheCandidateAloneAndKeepsTheOldRunning()
    {
        var desired = Desired(App(current: Release(1), candidate: Release(2), phase: CandidatePhase.Swapping));
        var actual = Actual(_old, _new).Healthy(_old, _new).Routing(Desired(App(current: Release(1))));
        var plan = Planner.Plan(desired, actual);
        Assert.Equal(2, Route(plan).Release);
        Assert.Equal([_new.Id], Route(plan).Backends.Select(backend => backend.Instance));
        Assert.Empty(plan.Actions.OfType<StopInstance>());
    }

    [Fact]
    public void OneThatWasToldToEndIsNotTakenForTheOneThatIsWantedAgain()
    {
        // A domain was added and is gone again: the old instance has the right names, and is on its way out.
        var current = Desired(App(current: Release(1)));
        var ending = _old with { Ending = true };
        var other = Instance("web.1", 1, ageSeconds: 1, shape: "other");
        var plan = Planner.Plan(current, Actual(ending, other).Healthy(ending, other));
        Assert.Equal(["start blog v1 web.1"], Keys<StartInstance>(plan));
        Assert.Equal([other.Id], Route(plan).Backends.Select(backend => backend.Instance));
        Assert.DoesNotContain(plan.Actions.OfType<StopInstance>(), stop => stop.Id == other.Id);
    }

    [Fact]
    public void SwappingToACandidateThatDiedFallsBackToTheOld()
    {
        var swapping = Desired(App(current: Release(1), candidate: Release(2), phase: CandidatePhase.Swapping));
        var actual = Actual(_old, _new).Healthy(_old, _new).Routing(swapping);
        var plan = Planner.Plan(swapping, actual with { Instances = [_old], Healthy = Healthy(_old) });
        Assert.Equal(1, Route(plan).Release);
        Assert.Equal([_old.Id], Route(plan).Backends.Select(backend => backend.Instance));
    }

    [Fact]
    public void AbandonedCandidateLosesItsRoutesBeforeItIsStopped()
    {
        var swapping = Desired(App(current: Release(1), candidate: Release(2), phase: CandidatePhase.Swapping));
        var back = Desired(App(current: Release(1)));
        var actual = Actual(_old, _new).Healthy(_old, _new).Routing(swapping);
        var plan = Planner.Plan(back, actual);
        Assert.Equal(1, Route(plan).Release);
        Assert.Empty(plan.Actions.OfType<StopInstance>());
        Assert.Equal([$"stop {_new.Id}"], Keys<PlanAction>(Planner.Plan(back, actual.Routing(back))));
    }

    [Fact]
    public void AfterARestartInTheMiddleOfASwapTheRouteStaysUntilTheOldReleaseIsKnownToBeHealthy()
    {
        var swapping = Desired(App(current: Release(1), candidate: Release(2), phase: CandidatePhase.Swapping));
        var served = Actual(_old, _new).Healthy(_old, _new).Routing(swapping).Served;
        var restarted = Actual(_old, _new).Healthy(_new) with { Served = served };
        var plan = Planner.Plan(Desired(App(current: Release(1))), restarted);
        Assert.Equal([$"probe {_old.Id}"], Keys<PlanAction>(plan));
    }

    [Fact]
    public void PromotedReleaseDrainsTheOldOneThenStopsIt()
    {
        var promoted = Desired(App(current: Release(2)));
        var actual = Actual(_old, _new).Healthy(_old, _new).Routing(promoted);
        var busy = actual with { InFlight = new Dictionary<InstanceId, int> { [_old.Id] = 1 } };

        var waiting = Planner.Plan(promoted, busy);
        Assert.Empty(waiting.Actions);
        Assert.InRange(waiting.WakeAt!.Value, Now, Now.AddMilliseconds(10));

        var tooLong = busy with { UnroutedSince = new Dictionary<InstanceId, DateTimeOffset> { [_old.Id] = Now - Planner.DrainLimit } };
        Assert.Equal([$"stop {_old.Id}"], Keys<PlanAction>(Planner.Plan(promoted, tooLong)));
        Assert.Equal([$"stop {_old.Id}"], Keys<PlanAction>(Planner.Plan(promoted, actual)));
    }

    [Fact]
    public void NothingThatMayBeRoutedIsStoppedWhileTheEdgeIsUnknown()
    {
        var plan = Planner.Plan(Desired(App(current: Release(2))), Actual(_old, _new).Healthy(_old, _new) with { Served = null });
        Assert.Empty(plan.Actions);
    }

    [Fact]
    public void WorkersSwitchAtPromotionAndNeverRunTwice()
    {
        var old = Instance("worker.1", 1);
        var rollout = Desired(App(current: Release(1, worker: 1), candidate: Release(2, worker: 1)));
        var actual = Actual(_old, _new, old).Healthy(_old, _new).Routing(rollout);
        Assert.Empty(Planner.Plan(rollout, actual).Actions);

        var promoted = Desired(App(current: Release(2, worker: 1)));
        actual = actual.Routing(promoted);
        Assert.Equal([$"stop {_old.Id}", $"stop {old.Id}"], Keys<PlanAction>(Planner.Plan(promoted, actual)).Order(ByInstance(_old, old)));
        actual = actual with { Instances = [_new, old with { State = InstanceState.Exited }] };
        Assert.Equal(["start blog v2 worker.1", $"remove {old.Id}"], Keys<PlanAction>(Planner.Plan(promoted, actual)));
    }

    [Fact]
    public void AnAppWithoutWebTriesItsNewProcessesBesideTheOld()
    {
        var old = Instance("worker.1", 1);
        var plan = Planner.Plan(Desired(App(current: WithoutWeb(1, 1), candidate: WithoutWeb(2, 1))), Actual(old));
        Assert.Equal(["start blog v2 worker.1"], Keys<StartInstance>(plan));
        Assert.Empty(plan.Actions.OfType<StopInstance>());
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 4)]
    [InlineData(6, 32)]
    [InlineData(7, 60)]
    [InlineData(500, 60)]
    public void CrashedInstancesComeBackLaterAndLater(int failures, int seconds)
    {
        var dead = Instance("web.1", 1, InstanceState.Exited);
        var crash = new Crash(failures, Now, dead.Id, dead.Exit, dead.LogFile, null);
        var actual = Actual(dead) with { Crashes = new Dictionary<Slot, Crash> { [Slot.Of(dead)] = crash } };
        var desired = Desired(App(current: Release(1)));

        var plan = Planner.Plan(desired, actual);
        Assert.Equal([$"remove {dead.Id}"], plan.Actions.Where(action => action is not PublishRoutes).Select(action => action.Key));
        Assert.Equal(Now.AddSeconds(seconds), plan.WakeAt);
        Assert.Equal(RouteState.Crashed, Route(plan).State);
        Assert.Single(Planner.Plan(desired, actual with { Now = Now.AddSeconds(seconds) }).Actions.OfType<StartInstance>());
    }

    [Fact]
    public void AnUnfitInstanceIsStoppedAndAnotherTakesItsPlace()
    {
        var actual = Actual(_old) with { Unfit = new HashSet<InstanceId> { _old.Id } };
        Assert.Equal(["start blog v1 web.1", $"stop {_old.Id}"], Keys<PlanAction>(Planner.Plan(Desired(App(current: Release(1))), actual)).Where(key => key != "publish"));
    }

    [Fact]
    public void ScalingUpWaitsForHealthAndScalingDownDrains()
    {
        var one = Desired(App(current: Release(1)));
        var two = Desired(App(current: Release(1, web: 2)));
        var second = Instance("web.2", 1, ageSeconds: 1);

        var actual = Actual(_old).Healthy(_old).Routing(one);
        Assert.Equal(["start blog v1 web.2"], Keys<PlanAction>(Planner.Plan(two, actual)));
        actual = actual with { Instances = [_old, second] };
        Assert.Equal([$"probe {second.Id}"], Keys<PlanAction>(Planner.Plan(two, actual)));
        actual = actual.Healthy(_old, second);
        Assert.Equal(2, Route(Planner.Plan(two, actual)).Backends.Count);

        actual = actual.Routing(two);
        Assert.Equal(["publish"], Keys<PlanAction>(Planner.Plan(one, actual)));
        Assert.Equal([$"stop {second.Id}"], Keys<PlanAction>(Planner.Plan(one, actual.Routing(one))));
    }

    [Fact]
    public void ScalingToZeroSaysSoAndStopsAll()
    {
        var none = Desired(App(current: Release(1, web: 0)));
        var actual = Actual(_old).Healthy(_old).Routing(Desired(App(current: Release(1))));
        Assert.Equal(RouteState.NoWebProcesses, Route(Planner.Plan(none, actual)).State);
        Assert.Equal([$"stop {_old.Id}"], Keys<PlanAction>(Planner.Plan(none, actual.Routing(none))));
    }

    [Fact]
    public void AnotherSizeReplacesWebBesideAndWorkersInPlace()
    {
        var worker = Instance("worker.1", 1);
        var large = Desired(App(current: Release(1, worker: 1, size: "large")));
        var actual = Actual(_old, worker).Healthy(_old).Routing(Desired(App(current: Release(1, worker: 1))));
        var plan = Planner.Plan(large, actual);
        Assert.Equal(["start blog v1 web.1", $"stop {worker.Id}"], Keys<PlanAction>(plan));
        Assert.Equal(Shape("large"), Assert.Single(plan.Actions.OfType<StartInstance>()).Shape);

        var bigger = Instance("web.1", 1, shape: Shape("large"), ageSeconds: 0);
        actual = actual with { Instances = [_old, bigger, worker with { State = InstanceState.Exited }] };
        Assert.Equal(["start blog v1 worker.1", $"probe {bigger.Id}", $"remove {worker.Id}"], Keys<PlanAction>(Planner.Plan(large, actual)).OrderBy(Verb));
        actual = (actual with { Instances = [_old, bigger] }).Healthy(_old, bigger);
        Assert.Equal([bigger.Id], Route(Planner.Plan(large, actual)).Backends.Select(backend => backend.Instance));
        Assert.Contains($"stop {_old.Id}", Keys<PlanAction>(Planner.Plan(large, actual.Routing(large))));
    }

    [Fact]
    public void WhileAReleaseIsRolledOutNothingElseIsReplaced()
    {
        var desired = Desired(App(current: Release(1, size: "large"), candidate: Release(2, size: "large")));
        var actual = Actual(_old).Healthy(_old).Routing(Desired(App(current: Release(1))));
        Assert.Equal(["start blog v2 web.1"], Keys<PlanAction>(Planner.Plan(desired, actual)));
    }

    [Fact]
    public void RestartingReplacesOneByAnother()
    {
        var desired = Desired(App(current: Release(1)));
        var actual = Actual(_old).Healthy(_old).Routing(desired) with { Replacing = new HashSet<InstanceId> { _old.Id } };
        Assert.Equal(["start blog v1 web.1"], Keys<PlanAction>(Planner.Plan(desired, actual)));
        var fresh = Instance("web.1", 1, ageSeconds: 0);
        actual = (actual with { Instances = [_old, fresh] }).Healthy(_old, fresh);
        Assert.Equal([fresh.Id], Route(Planner.Plan(desired, actual)).Backends.Select(backend => backend.Instance));
    }

    [Fact]
    public void OrphansAreStoppedAndRemovedAndOwnedOnesLeftAlone()
    {
        var unknown = Instance("web.1", 3, app: "gone");
        var build = Instance("build.1", 0, kind: InstanceKind.Build, shape: InstanceIds.NoShape);
        var mine = Instance("release.2", 2, kind: InstanceKind.OneOff, shape: InstanceIds.NoShape);
        var ended = Instance("run.1", 2, InstanceState.Exited, kind: InstanceKind.OneOff, shape: InstanceIds.NoShape);
        var detached = Instance("run.2", 2, kind: InstanceKind.OneOff, shape: InstanceIds.Detached);
        var actual = Actual(unknown, build, mine, ended, detached) with { Owned = new HashSet<InstanceId> { mine.Id } };
        var plan = Planner.Plan(Desired(App()), actual);
        Assert.Equal([$"stop {unknown.Id}", $"stop {build.Id}", $"remove {ended.Id}"], Keys<PlanAction>(plan).Where(key => key != "publish"));
    }

    [Fact]
    public void ADestroyedAppLosesRoutesThenInstancesAndDetachedOnesToo()
    {
        var detached = Instance("run.2", 1, kind: InstanceKind.OneOff, shape: InstanceIds.Detached);
        var destroyed = Desired(App(current: Release(1)) with { Destroyed = true });
        var actual = Actual(_old, detached).Healthy(_old).Routing(Desired(App(current: Release(1))));
        var plan = Planner.Plan(destroyed, actual);
        Assert.Equal([$"stop {detached.Id}", "publish"], Keys<PlanAction>(plan));
        Assert.Empty(plan.Actions.OfType<PublishRoutes>().Single().Revision.Routes);
        Assert.Equal([$"stop {_old.Id}", $"stop {detached.Id}"], Keys<PlanAction>(Planner.Plan(destroyed, actual.Routing(destroyed))));
    }

    [Fact]
    public void ServersOfAddonsRunOnceAndNeverTwice()
    {
        var server = Spec("slipway-postgresql", 0, "postgres.1", InstanceKind.Addon);
        var desired = new Desired([], [server]);
        Assert.Equal(["start slipway-postgresql v0 postgres.1"], Keys<PlanAction>(Planner.Plan(desired, Actual())));

        var running = Instance("postgres.1", 0, app: "slipway-postgresql", kind: InstanceKind.Addon, shape: InstanceIds.NoShape);
        Assert.Empty(Planner.Plan(desired, Actual(running)).Actions);

        var other = running with { Id = InstanceIds.New(running.App, InstanceIds.NoShape), CreatedAt = Now };
        Assert.Equal([$"stop {other.Id}"], Keys<PlanAction>(Planner.Plan(desired, Actual(running, other))));

        // Its address is free only once it is removed.
        var ended = running with { State = InstanceState.Exited };
        Assert.Equal([$"remove {ended.Id}"], Keys<PlanAction>(Planner.Plan(desired, Actual(ended))));
    }

    [Fact]
    public void MaintenanceKeepsTheBackendsOnRecord()
    {
        var desired = Desired(App(current: Release(1)) with { Maintenance = true });
        var route = Route(Planner.Plan(desired, Actual(_old).Healthy(_old)));
        Assert.Equal((RouteState.Maintenance, 1), (route.State, route.Backends.Count));
    }

    [Fact]
    public void AfterARestartNothingIsDone()
    {
        var desired = Desired(App(current: Release(1, web: 2, worker: 1)));
        InstanceStatus[] running = [_old, Instance("web.2", 1), Instance("worker.1", 1)];
        var served = Actual(running).Healthy(running[0], running[1]).Routing(desired).Served;
        var restarted = new Memory().Learn(Actual(running) with { Served = served });
        Assert.Empty(Planner.Plan(desired, restarted).Actions);
    }

    [Theory]
    [InlineData(7, 3, 8)]
    [InlineData(3, 7, 8)]
    [InlineData(0, 0, 1)]
    public void RevisionNumbersOnlyGrow(long stored, long served, long next)
    {
        var actual = Actual() with { LastRevision = stored, Served = RoutingRevision.Empty with { Number = served } };
        Assert.Equal(next, Planner.Plan(Desired(App()), actual).Actions.OfType<PublishRoutes>().Single().Revision.Number);
    }

    [Fact]
    public void AMissingSlotIsServedByASurplusInstanceOfTheReleaseRatherThanByNone()
    {
        var second = Instance("web.2", 1);
        var actual = Actual(_old, second).Healthy(_old, second).Routing(Desired(App(current: Release(1, web: 2))));
        var one = Desired(App(current: Release(1)));
        var plan = Planner.Plan(one, actual with { Instances = [second], Healthy = Healthy(second) });
        Assert.Equal([second.Id], Route(plan).Backends.Select(backend => backend.Instance));
        Assert.Empty(plan.Actions.OfType<StopInstance>());
    }

    private static IEnumerable<string> Keys<T>(Plan plan) where T : PlanAction => plan.Actions.OfType<T>().Select(action => action.Key);

    private static Route Route(Plan plan) => Assert.Single(plan.Actions.OfType<PublishRoutes>().Single().Revision.Routes);

    private static Dictionary<InstanceId, Backend> Healthy(params InstanceStatus[] instances) => instances.ToDictionary(i => i.Id, Backend);

    private static int Verb(string key) => key[0] switch { 's' => 0, 'p' => 1, _ => 2 };

    private static Comparer<string> ByInstance(params InstanceStatus[] order) => Comparer<string>.Create((one, other) =>
        Array.FindIndex(order, i => one.EndsWith(i.Id.Value, StringComparison.Ordinal)) - Array.FindIndex(order, i => other.EndsWith(i.Id.Value, StringComparison.Ordinal)));

    [Fact]
    public void FilesAloneAreRoutedWithoutAnInstanceAndTakeOverWhole()
    {
        static DesiredRelease Files(int version) => new(version, [], []) { Site = new StaticSite($"/var/lib/slipway/layers/v{version}/app") };
        Route Routed(DesiredApp app, params InstanceStatus[] instances) =>
            Assert.Single(Planner.Plan(Desired(app), Actual(instances).Healthy(instances)).Actions.OfType<PublishRoutes>().Single().Revision.Routes);

        var site = Routed(App(current: Files(1)));
        Assert.Equal((RouteState.Serving, 1, 0), (site.State, site.Release, site.Backends.Count));
        Assert.EndsWith("/v1/app", site.Site!.Directory);

        Assert.Equal(1, Routed(App(current: Files(1), candidate: Files(2))).Release);
        Assert.EndsWith("/v2/app", Routed(App(current: Files(1), candidate: Files(2), phase: CandidatePhase.Swapping)).Site!.Directory);

        // From files to a process and back: never both in one route.
        var web = Instance("web.1", 2);
        Assert.NotNull(Routed(App(current: Files(1), candidate: Release(2)), web).Site);
        var swapped = Routed(App(current: Files(1), candidate: Release(2), phase: CandidatePhase.Swapping), web);
        Assert.Equal((2, 1, true), (swapped.Release, swapped.Backends.Count, swapped.Site is null));
        var back = Routed(App(current: Release(2), candidate: Files(3), phase: CandidatePhase.Swapping), web);
        Assert.Equal((3, 0, true), (back.Release, back.Backends.Count, back.Site is not null));
    }
}
