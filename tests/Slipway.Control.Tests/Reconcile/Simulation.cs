using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Routing;
using Slipway.Contracts.Runner;
using Slipway.Control.Instances;
using Slipway.Control.Reconcile;
using Slipway.Control.Store;

namespace Slipway.Control.Tests.Reconcile;

/// <summary>
/// A runner, an edge and a slipwayd that may each forget, lose or crash at any point, around the real planner and the
/// real memory. What must never happen is asserted at the moment at which it would.
/// </summary>
internal sealed class Simulation(int seed)
{
    private static readonly string[] Names = ["blog", "shop"];

    private readonly Random _chance = new(seed);
    private readonly Dictionary<string, DesiredApp> _apps = Names.ToDictionary(name => name, name => World.App(name));
    private readonly Dictionary<string, (int Web, int Worker, string Size)> _formation = Names.ToDictionary(name => name, _ => (1, 1, "standard"));
    private readonly List<InstanceStatus> _instances = [];
    private Memory _memory = new();
    private RoutingRevision _edge = RoutingRevision.Empty;
    private RoutingRevision? _known;
    private long _counter;
    private int _version;
    private DateTimeOffset _now = World.Now;
    private bool _calm;

    private Desired Desired => new([.. _apps.Values], []);

    public void Chaos(int steps)
    {
        for (var step = 0; step < steps; step++)
        {
            switch (_chance.Next(12))
            {
                case 0: StartCandidate(Any()); break;
                case 1: Abandon(Any()); break;
                case 2: Scale(Any()); break;
                case 3: Crash(); break;
                case 4: RestartControl(); break;
                case 5: Orphan(); break;
                case 6: _known = null; break;
                case 7: DestroyOrCreate(Any()); break;
                case 8 when _apps[Any()] is { } app: _apps[app.Name.Value] = app with { Maintenance = !app.Maintenance }; break;
                default: _now = _now.AddSeconds(_chance.Next(3)); break;
            }

            foreach (var ending in _instances.Where(i => i.Ending && _chance.Next(3) == 0).ToList()) Exit(ending.Id, 0);
            foreach (var name in Names) Advance(name);
            Pass();
        }
    }

    /// <summary>From now on nothing fails; there must be an end, and it must be exactly what is desired.</summary>
    public void Settle()
    {
        _calm = true;
        foreach (var name in Names) Abandon(name);
        var quiet = 0;
        for (var pass = 0; quiet < 3; pass++)
        {
            Assert.True(pass < 300, "It does not converge.");
            _now = _now.AddSeconds(5);
            quiet = Pass() == 0 ? quiet + 1 : 0;
        }

        var wanted = _apps.Values.Where(app => !app.Destroyed).SelectMany(app => app.Current?.Processes ?? []).SelectMany(process => process.Instances).Select(Slot.Of);
        Assert.Equal(wanted.Select(slot => slot.ToString()).Order(), _instances.Select(i => Slot.Of(i).ToString()).Order());
        Assert.All(_instances, instance => Assert.Equal(InstanceState.Running, instance.State));
        Assert.Equal(
            _instances.Where(i => i.Name.StartsWith("web.", StringComparison.Ordinal)).Select(i => i.Id.Value).Order(),
            _edge.Routes.SelectMany(route => route.Backends).Select(backend => backend.Instance.Value).Order());
        Assert.All(_instances, instance => Assert.Equal(ShapeOf(instance), InstanceIds.ShapeOf(instance.Id)));
    }

    private int Pass()
    {
        _known ??= _calm || _chance.Next(4) > 0 ? _edge : null;
        var actual = _memory.Learn(new Actual
        {
            Now = _now,
            Instances = [.. _instances],
            Served = _known,
            LastRevision = _counter,
            InFlight = _instances.ToDictionary(i => i.Id, _ => _calm ? 0 : Math.Max(0, _chance.Next(4) - 2)),
        });
        var plan = Planner.Plan(Desired, actual);
        if (plan.Actions.OfType<PublishRoutes>().SingleOrDefault() is { } publish && !Lost()) Publish(publish.Revision);

        // In any order, and cut off anywhere.
        foreach (var action in plan.Actions.Where(action => action is not PublishRoutes).OrderBy(_ => _chance.Next()))
            if (!Lost()) Apply(action);
        if (plan.Actions.Count == 0 && _known is not null) AssertServedAsWellAsPossible(actual);
        return plan.Actions.Count;
    }

    private void Apply(PlanAction action)
    {
        switch (action)
        {
            case StartInstance { Spec: var spec } start:
                var twins = _instances.Where(i => i.App == spec.App && i.Name == spec.Name && i.State == InstanceState.Running).ToList();
                Assert.DoesNotContain(twins, twin => !twin.Ending && twin.Release == spec.Release && InstanceIds.ShapeOf(twin.Id) == start.Shape && !_memory.Learn(Seen()).Unfit.Contains(twin.Id));
                if (spec.Name.StartsWith("worker.", StringComparison.Ordinal)) Assert.Empty(twins);
                _instances.Add(World.Instance(spec.Name, spec.Release, app: spec.App.Value, shape: start.Shape) with { CreatedAt = _now });
                break;
            case ProbeInstance { Instance: var asked }:
                if (!_instances.Any(i => i.Id == asked.Id && i.State == InstanceState.Running)) break;
                if (_calm || _chance.Next(8) > 0) _memory.Healthy(World.Backend(asked));
                else _memory.Unfit(asked, new SlipwayError("app_answers_with_error", "It does not work."), null, _now);
                break;
            case StopInstance stop:
                Assert.DoesNotContain(_edge.Routes.SelectMany(route => route.Backends), backend => backend.Instance == stop.Id);
                _memory.Stopping(stop.Id);
                if (_calm || _chance.Next(2) == 0) Exit(stop.Id, 0);
                else _instances[_instances.FindIndex(i => i.Id == stop.Id)] = _instances.Single(i => i.Id == stop.Id) with { Ending = true }; // it takes its time
                break;
            case RemoveInstance remove:
                Assert.Contains(_instances, i => i.Id == remove.Id && i.State == InstanceState.Exited);
                _instances.RemoveAll(i => i.Id == remove.Id);
                break;
        }
    }

    private void Publish(RoutingRevision revision)
    {
        Assert.True(revision.Number > _edge.Number && revision.Number > _counter, "A revision number was used twice.");
        foreach (var route in revision.Routes)
        {
            var releases = _instances.Where(i => route.Backends.Any(backend => backend.Instance == i.Id)).Select(i => i.Release).Distinct().ToList();
            Assert.True(releases.Count <= 1, "Two releases get requests at once.");
            Assert.All(releases, release => Assert.Equal(route.Release, release));

            var before = _edge.Routes.FirstOrDefault(old => old.App == route.App);
            if (_apps[route.App.Value].Current?.Web?.Instances.Count > 0 && Serves(before))
                Assert.True(Serves(route), $"{route.App} was taken off the air while an instance served it.");
        }

        _counter = revision.Number;
        if (!_calm && _chance.Next(10) == 0)
        {
            _known = null; // lost on the way there
            return;
        }

        _edge = revision;
        _known = !_calm && _chance.Next(10) == 0 ? null : revision; // or the answer was lost
    }

    private void AssertServedAsWellAsPossible(Actual actual)
    {
        foreach (var app in _apps.Values.Where(app => !app.Destroyed))
        {
            var slots = (app.Current?.Web?.Instances ?? []).Select(Slot.Of).ToHashSet();
            if (slots.Count > 0 && _instances.Any(i => i is { State: InstanceState.Running, Ending: false } && slots.Contains(Slot.Of(i)) && actual.Healthy.ContainsKey(i.Id)))
                Assert.True(Serves(_edge.Routes.Single(route => route.App == app.Name)), $"{app.Name} could be served and is not.");
        }
    }

    private bool Serves(Route? route) =>
        route?.Backends.Any(backend => _instances.Any(i => i.Id == backend.Instance && i is { State: InstanceState.Running, Ending: false }) && !_memory.Learn(Seen()).Unfit.Contains(backend.Instance)) == true;

    // A rollout does these two when it sees that the time has come, and not before.
    private void Advance(string name)
    {
        var app = _apps[name];
        if (app.Candidate is not { } candidate || app.Destroyed) return;
        var slots = candidate.Web!.Instances.Select(Slot.Of).ToList();
        var healthy = _memory.Learn(Seen()).Healthy;
        if (app.Phase == CandidatePhase.Starting && slots.All(slot => _instances.Any(i => Slot.Of(i) == slot && i is { State: InstanceState.Running, Ending: false } && healthy.ContainsKey(i.Id))))
            _apps[name] = app with { Phase = CandidatePhase.Swapping };
        else if (app.Phase == CandidatePhase.Swapping && (slots.Count == 0 || _edge.Routes.FirstOrDefault(route => route.App == app.Name)?.Release == candidate.Version) && _chance.Next(2) == 0)
            _apps[name] = app with { Current = candidate, Candidate = null, Phase = null };
    }

    private void StartCandidate(string name)
    {
        if (_apps[name] is not { Candidate: null, Destroyed: false } app) return;
        _apps[name] = app with { Candidate = Release(name, ++_version), Phase = CandidatePhase.Starting };
    }

    private void Abandon(string name) => _apps[name] = _apps[name] with { Candidate = null, Phase = null };

    private void Scale(string name)
    {
        _formation[name] = (_chance.Next(4), _chance.Next(3), _chance.Next(2) == 0 ? "standard" : "large");
        var app = _apps[name];
        _apps[name] = app with
        {
            Current = app.Current is { } current ? Release(name, current.Version) : null,
            Candidate = app.Candidate is { } candidate ? Release(name, candidate.Version) : null,
        };
    }

    private void DestroyOrCreate(string name) => _apps[name] = _apps[name].Destroyed ? World.App(name) : _apps[name] with { Destroyed = _chance.Next(4) == 0 };

    private void Crash()
    {
        if (_instances.Count > 0) Exit(_instances[_chance.Next(_instances.Count)].Id, 1);
    }

    private void RestartControl()
    {
        (_memory, _known) = (new Memory(), null);
        foreach (var name in Names) Abandon(name);
    }

    private void Orphan() => _instances.Add(World.Instance(
        _chance.Next(2) == 0 ? "build.1" : "web.1", _chance.Next(1, _version + 2), app: _chance.Next(2) == 0 ? "gone" : Any(),
        kind: _chance.Next(2) == 0 ? InstanceKind.Build : InstanceKind.OneOff, shape: InstanceIds.NoShape));

    private void Exit(InstanceId id, int code)
    {
        var at = _instances.FindIndex(i => i.Id == id && i.State == InstanceState.Running);
        if (at >= 0) _instances[at] = _instances[at] with { State = InstanceState.Exited, Exit = new InstanceExit(code, 0, false, _now) };
    }

    private DesiredRelease Release(string name, int version) =>
        World.Release(version, _formation[name].Web, _formation[name].Worker, name, _formation[name].Size);

    private string ShapeOf(InstanceStatus instance) => World.Shape(_formation[instance.App.Value].Size, instance.App.Value);

    private Actual Seen() => new() { Now = _now, Instances = [.. _instances], Served = _known };

    private bool Lost() => !_calm && _chance.Next(5) == 0;

    private string Any() => Names[_chance.Next(Names.Length)];
}
