using Slipway.Contracts.Runner;
using Slipway.Control.Store;

namespace Slipway.Control.Instances;

/// <summary>A kind of add-on whose server Slipway runs as an instance; registered by <c>Addons/</c>, kept running by the planner.</summary>
internal interface IAddonServer
{
    /// <summary><see cref="AddonRow.Service"/> of the add-ons that it serves.</summary>
    string Service { get; }

    /// <summary>Host name by which apps know it, and its <see cref="InstanceSpec.AddonAddress"/>.</summary>
    KeyValuePair<string, int> Link { get; }

    /// <summary>The server to run, of kind <see cref="InstanceKind.Addon"/>; null while there need be none. Its id is replaced at each start.</summary>
    /// <param name="addons">All add-ons of this service.</param>
    ValueTask<InstanceSpec?> ServerAsync(IReadOnlyList<AddonRow> addons, CancellationToken cancel);
}
