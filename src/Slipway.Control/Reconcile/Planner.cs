using Slipway.Contracts.Names;
using Slipway.Contracts.Routing;
using Slipway.Contracts.Runner;
using Slipway.Control.Certificates;
using Slipway.Control.Instances;
using Slipway.Control.Routing;

namespace Slipway.Control.Reconcile;

/// <summary>
/// <c>plan = f(desired, actual)</c>: no clock, no chance, no I/O. Every action is safe to lose and safe to repeat; each
/// pass plans anew from what is, so there is no state of a half-done plan to recover.
/// </summary>
internal sealed class Planner
{
    /// <summary>Time for requests under way to end once an instance gets no new ones.</summary>
    public static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(30);

    /// <summary>Time between TERM and KILL.</summary>
    public const int ProcessGraceSeconds = 30;

    /// <summary>A database server closes its connections and writes a checkpoint first.</summary>
    public const int ServerGraceSeconds = 90;

    private readonly Desired _desired;
    private readonly Actual _actual;
    private readonly List<PlanAction> _actions = [];
    private readonly HashSet<InstanceId> _kept = [];
    private readonly HashSet<InstanceId> _routed;
    private DateTimeOffset? _wakeAt;

    private Planner(Desired desired, Actual actual)
    {
        _desired = desired;
        _actual = actual;
        _routed = [.. actual.Served?.Routes.SelectMany(route => route.Backends).Select(backend => backend.Instance) ?? []];
    }

    public static Plan Plan(Desired desired, Actual actual) => new Planner(desired, actual).Plan();

    private Plan Plan()
    {
        foreach (var server in _desired.Servers) FillServer(server);
        foreach (var app in _desired.Apps.Where(app => !app.Destroyed))
        {
            if (app.Current is { } current)
                foreach (var process in current.Processes) Fill(app, current, process);
            if (app.Candidate is { } candidate)
                foreach (var process in candidate.Processes.Where(process => RunsBeside(candidate, process))) Fill(app, candidate, process);
        }

        foreach (var instance in _actual.Instances.Where(instance => !_kept.Contains(instance.Id))) Clear(instance);
        PublishIfChanged();
        return new Plan(_actions, _wakeAt);
    }

    /// <summary>
    /// Web instances of two releases run side by side while one takes over. Other process types do not (two schedulers
    /// would both send the mail), unless the app has no web: then this is the only way to try the new release first.
    /// </summary>
    private static bool RunsBeside(DesiredRelease release, DesiredProcess process) => process.IsWeb || release.Web is null;

    private void Fill(DesiredApp app, DesiredRelease release, DesiredProcess process)
    {
        foreach (var spec in process.Instances)
        {
            var slot = Slot.Of(spec);
            var alive = Slots.Alive(_actual, slot).ToList();
            var fresh = Best(alive.Where(instance => Slots.IsFresh(instance, process, _actual)));
            var stale = Best(alive.Where(instance => !Slots.IsFresh(instance, process, _actual)));

            // One change at a time: while a release is rolled out, the others are only kept up, as they are.
            if (fresh is null && stale is not null && app.Candidate is not null && release != app.Candidate)
                (fresh, stale) = (stale, null);

            if (fresh is not null)
            {
                Keep(fresh, process, app, release);
                if (stale is not null && process.IsWeb && !IsHealthy(fresh)) Keep(stale, process, app, release);
                continue;
            }

            if (stale is not null)
            {
                // Web: the replacement comes up beside it. Others: it has to go first.
                if (!process.IsWeb) continue;
                Keep(stale, process, app, release);
            }

            if (RunsBeside(release, process) || !_actual.Instances.Any(i =>
                    i.App == slot.App && i.Name == slot.Name && i.Kind == InstanceKind.Process && i.State != InstanceState.Exited))
                Start(slot, spec, process.Shape);
        }
    }

    /// <summary>Never two of one server: they would share a volume, and the address that one keeps until it is removed.</summary>
    private void FillServer(InstanceSpec server)
    {
        var slot = Slot.Of(server);
        if (Slots.Alive(_actual, slot).FirstOrDefault() is { } alive)
            _kept.Add(alive.Id);
        else if (!_actual.Instances.Any(i => i.App == slot.App && i.Name == slot.Name))
            Start(slot, server, InstanceIds.NoShape);
    }

    private void Start(Slot slot, InstanceSpec spec, string shape)
    {
        if (_actual.Crashes.TryGetValue(slot, out var crash) && crash.RetryAt > _actual.Now)
            WakeAt(crash.RetryAt);
        else
            _actions.Add(new StartInstance(spec, shape));
    }

    private void Keep(InstanceStatus instance, DesiredProcess process, DesiredApp app, DesiredRelease release)
    {
        _kept.Add(instance.Id);
        if (process.IsWeb && instance.State == InstanceState.Running && !IsHealthy(instance))
            _actions.Add(new ProbeInstance(instance, app.Hosts[0], release.Port, release.Health));
    }

    /// <summary>An instance that no slot holds: out of the routes first, then drained, stopped, removed.</summary>
    private void Clear(InstanceStatus instance)
    {
        var isOneOff = instance.Kind is InstanceKind.OneOff or InstanceKind.Build;
        if (isOneOff && _actual.Owned.Contains(instance.Id)) return;
        if (instance.State == InstanceState.Exited)
        {
            _actions.Add(new RemoveInstance(instance.Id));
            return;
        }

        if (isOneOff && InstanceIds.ShapeOf(instance.Id) == InstanceIds.Detached && IsOfLivingApp(instance)) return;
        if (instance.Kind == InstanceKind.Process && !IsDrained(instance)) return;
        var grace = instance.Kind switch
        {
            InstanceKind.Addon => ServerGraceSeconds,
            InstanceKind.Build => 0,
            _ => ProcessGraceSeconds,
        };
        _actions.Add(new StopInstance(instance.Id, instance.Name, grace));
    }

    private bool IsDrained(InstanceStatus instance)
    {
        if (_actual.Served is null || _routed.Contains(instance.Id)) return false;
        if (_actual.InFlight.GetValueOrDefault(instance.Id) == 0) return true;
        var waited = _actual.Now - _actual.UnroutedSince.GetValueOrDefault(instance.Id, _actual.Now);
        if (waited >= DrainLimit) return true;

        // Most requests end within milliseconds; one that does not is worth less and less attention.
        WakeAt(_actual.Now + TimeSpan.FromMilliseconds(Math.Clamp(waited.TotalMilliseconds / 10, 5, 500)));
        return false;
    }

    private void PublishIfChanged()
    {
        if (_actual.Served is not { } served) return;
        var revision = new RoutingRevision(Math.Max(_actual.LastRevision, served.Number) + 1, _actual.Now, RoutePlan.Of(_desired, _actual))
        {
            Certificates = CertificatePlan.Of(_desired),
            Challenges = _desired.Challenges,
        };
        if (!RoutePlan.Same(revision, served)) _actions.Add(new PublishRoutes(revision));
    }

    /// <summary>Routed and healthy before not yet healthy, then the oldest: the one that costs nothing to keep.</summary>
    private InstanceStatus? Best(IEnumerable<InstanceStatus> oldestFirst) =>
        oldestFirst.OrderByDescending(i => _routed.Contains(i.Id)).ThenByDescending(IsHealthy).FirstOrDefault();

    private bool IsHealthy(InstanceStatus instance) => _actual.Healthy.ContainsKey(instance.Id);

    private bool IsOfLivingApp(InstanceStatus instance) => _desired.App(instance.App) is { Destroyed: false };

    private void WakeAt(DateTimeOffset at) => _wakeAt = _wakeAt is { } other && other < at ? other : at;
}
