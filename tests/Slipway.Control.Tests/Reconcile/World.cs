using Slipway.Contracts.Names;
using Slipway.Contracts.Routing;
using Slipway.Contracts.Runner;
using Slipway.Control.Instances;
using Slipway.Control.Reconcile;
using Slipway.Control.Store;

namespace Slipway.Control.Tests.Reconcile;

/// <summary>Short words for the planner's tests.</summary>
internal static class World
{
    public static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    public static DesiredApp App(string name = "blog", DesiredRelease? current = null, DesiredRelease? candidate = null, CandidatePhase? phase = null) => new()
    {
        Name = AppName.Parse(name),
        Hosts = [DomainName.Parse(name + ".localhost")],
        Current = current,
        Candidate = candidate,
        Phase = candidate is null ? null : phase ?? CandidatePhase.Starting,
    };

    public static DesiredRelease Release(int version, int web = 1, int worker = 0, string app = "blog", string size = "standard") =>
        new(version, [Process(app, version, "web", web, size), Process(app, version, "worker", worker, size)], []);

    public static DesiredRelease WithoutWeb(int version, int worker, string app = "blog") =>
        new(version, [Process(app, version, "worker", worker, "standard")], []);

    public static string Shape(string size = "standard", string app = "blog") =>
        DesiredProcess.ShapeOf(size, [DomainName.Parse(app + ".localhost")]);

    public static InstanceSpec Spec(string app, int release, string name, InstanceKind kind = InstanceKind.Process) => new()
    {
        Id = InstanceSpecs.NoId,
        App = AppName.Parse(app),
        Name = name,
        Kind = kind,
        Release = release,
        Uid = 200_000,
        Layers = [],
        Command = ["serve"],
        Environment = new Dictionary<string, string>(),
        Limits = InstanceSize.Standard.Limits,
    };

    public static InstanceStatus Instance(
        string name, int release, InstanceState state = InstanceState.Running, string app = "blog", string? shape = null,
        InstanceKind kind = InstanceKind.Process, int ageSeconds = 300, int exit = 1) => new()
        {
            Id = InstanceIds.New(AppName.Parse(app), shape ?? Shape(app: app)),
            App = AppName.Parse(app),
            Name = name,
            Kind = kind,
            Release = release,
            State = state,
            CreatedAt = Now.AddSeconds(-ageSeconds),
            LogFile = "/var/lib/slipway/logs/blog/web.1.log",
            Exit = state == InstanceState.Exited ? new InstanceExit(exit, 0, false, Now) : null,
        };

    public static Backend Backend(InstanceStatus instance) => new(instance.Id, instance.Name, $"unix:/run/slipway/instances/{instance.Id}/web.sock");

    public static Actual Actual(params InstanceStatus[] instances) => new()
    {
        Now = Now,
        Instances = instances,
        Served = RoutingRevision.Empty,
    };

    public static Actual Healthy(this Actual actual, params InstanceStatus[] healthy) =>
        actual with { Healthy = healthy.ToDictionary(i => i.Id, Backend) };

    /// <summary>The edge serves exactly what the plan for these would publish.</summary>
    public static Actual Routing(this Actual actual, Desired desired)
    {
        var plan = Planner.Plan(desired, actual);
        return plan.Actions.OfType<PublishRoutes>().SingleOrDefault() is { } publish ? actual with { Served = publish.Revision } : actual;
    }

    public static Desired Desired(params DesiredApp[] apps) => new(apps, []);

    private static DesiredProcess Process(string app, int version, string type, int quantity, string size) =>
        new(ProcessType.Parse(type), [.. Enumerable.Range(1, quantity).Select(number => Spec(app, version, $"{type}.{number}"))])
        {
            Shape = Shape(size, app),
        };
}
