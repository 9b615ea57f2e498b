using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Routing;
using Slipway.Contracts.Runner;
using Slipway.Control.Instances;

namespace Slipway.Control.Reconcile;

/// <summary>A place that one instance fills: <c>web.2</c> of release 7 of an app. Add-ons have release 0.</summary>
internal readonly record struct Slot(AppName App, int Release, string Name)
{
    public static Slot Of(InstanceStatus instance) => new(instance.App, instance.Release, instance.Name);

    public static Slot Of(InstanceSpec instance) => new(instance.App, instance.Release, instance.Name);
}

/// <summary>The latest failure in a slot.</summary>
/// <param name="Count">Failures in a row; one that lived a minute begins anew.</param>
/// <param name="Exit">Null when it was ended for not becoming healthy; then <paramref name="Error"/> says why.</param>
internal sealed record Crash(int Count, DateTimeOffset At, InstanceId Instance, InstanceExit? Exit, string LogFile, SlipwayError? Error)
{
    /// <summary>What it was doing when it was found unfit.</summary>
    public Sighting? Seen { get; init; }

    /// <summary>1 s after the first failure, doubling to at most 60 s.</summary>
    public DateTimeOffset RetryAt => At + TimeSpan.FromSeconds(Math.Min(60, Math.Pow(2, Math.Min(Count, 10) - 1)));
}

/// <summary>What is, as far as slipwayd knows at one moment.</summary>
internal sealed record Actual
{
    public required DateTimeOffset Now { get; init; }

    /// <summary>The runner's list.</summary>
    public required IReadOnlyList<InstanceStatus> Instances { get; init; }

    /// <summary>What the edge serves; null while that is not known for certain, and then nothing that might be routed is stopped.</summary>
    public required RoutingRevision? Served { get; init; }

    /// <summary>Highest revision number ever used, as the store remembers it.</summary>
    public long LastRevision { get; init; }

    /// <summary>Web instances that answered well, with how to reach them.</summary>
    public IReadOnlyDictionary<InstanceId, Backend> Healthy { get; init; } = new Dictionary<InstanceId, Backend>();

    /// <summary>Web instances that were asked and found not fit to serve.</summary>
    public IReadOnlySet<InstanceId> Unfit { get; init; } = new HashSet<InstanceId>();

    /// <summary>Requests that the edge has at each instance; absent means none.</summary>
    public IReadOnlyDictionary<InstanceId, int> InFlight { get; init; } = new Dictionary<InstanceId, int>();

    /// <summary>Since when an instance gets no new requests.</summary>
    public IReadOnlyDictionary<InstanceId, DateTimeOffset> UnroutedSince { get; init; } = new Dictionary<InstanceId, DateTimeOffset>();

    public IReadOnlyDictionary<Slot, Crash> Crashes { get; init; } = new Dictionary<Slot, Crash>();

    /// <summary>Builds and one-offs that somebody is waiting for.</summary>
    public IReadOnlySet<InstanceId> Owned { get; init; } = new HashSet<InstanceId>();

    /// <summary>Instances that a user asked to have replaced.</summary>
    public IReadOnlySet<InstanceId> Replacing { get; init; } = new HashSet<InstanceId>();
}
