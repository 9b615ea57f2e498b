using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Control.Instances;

namespace Slipway.Control.Reconcile;

/// <summary>Which instances stand in a slot.</summary>
internal static class Slots
{
    /// <summary>Those that run or are about to, were not told to end and not found unfit; oldest first.</summary>
    public static IEnumerable<InstanceStatus> Alive(Actual actual, Slot slot) =>
        actual.Instances
            .Where(i => i.State != InstanceState.Exited && !i.Ending && i.Kind is InstanceKind.Process or InstanceKind.Addon
                && Slot.Of(i) == slot && !actual.Unfit.Contains(i.Id))
            .OrderBy(i => i.CreatedAt).ThenBy(i => i.Id.Value, StringComparer.Ordinal);

    /// <summary>It is of the size and host names wanted now, and nobody asked to have it replaced.</summary>
    public static bool IsFresh(InstanceStatus instance, DesiredProcess process, Actual actual) =>
        InstanceIds.ShapeOf(instance.Id) == process.Shape && !actual.Replacing.Contains(instance.Id);
}
