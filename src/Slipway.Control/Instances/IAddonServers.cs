using Slipway.Contracts.Runner;

namespace Slipway.Control.Instances;

/// <summary>The servers that Slipway runs for add-ons, as instances; told by <c>Addons/</c>, kept running by the planner.</summary>
internal interface IAddonServers
{
    /// <summary>Those to run now, of kind <see cref="InstanceKind.Addon"/>; the id of each is replaced at each start.</summary>
    /// <param name="running">The runner's list.</param>
    ValueTask<IReadOnlyList<InstanceSpec>> WantedAsync(IReadOnlyList<InstanceStatus> running, CancellationToken cancel);
}
