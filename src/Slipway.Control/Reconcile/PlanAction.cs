using Slipway.Contracts.Names;
using Slipway.Contracts.Routing;
using Slipway.Contracts.Runner;
using Slipway.Control.Instances;

namespace Slipway.Control.Reconcile;

/// <summary>One change to make. Two equal <see cref="Key"/>s are the same change, so what is under way is not begun twice.</summary>
internal abstract record PlanAction(string Key);

/// <param name="Spec">Its id is replaced by a new one of the given shape.</param>
internal sealed record StartInstance(InstanceSpec Spec, string Shape)
    : PlanAction($"start {Spec.App} v{Spec.Release} {Spec.Name}");

/// <summary>Find out whether a web instance is fit to get requests.</summary>
/// <param name="Host">Host name to ask it for: the app's own.</param>
internal sealed record ProbeInstance(InstanceStatus Instance, DomainName Host, int Port, HealthCheck Health) : PlanAction($"probe {Instance.Id}");

internal sealed record StopInstance(InstanceId Id, string Name, int GraceSeconds) : PlanAction($"stop {Id}");

internal sealed record RemoveInstance(InstanceId Id) : PlanAction($"remove {Id}");

internal sealed record PublishRoutes(RoutingRevision Revision) : PlanAction("publish");

/// <param name="WakeAt">When time alone will change the plan: a backoff or a drain that ends.</param>
internal sealed record Plan(IReadOnlyList<PlanAction> Actions, DateTimeOffset? WakeAt);
