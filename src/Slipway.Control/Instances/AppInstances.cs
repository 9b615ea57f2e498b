using Slipway.Contracts.Runner;
using Slipway.Control.Store;

namespace Slipway.Control.Instances;

/// <param name="State">Heroku's word for it: <c>starting</c>, <c>up</c>, <c>crashed</c>, <c>down</c>.</param>
internal sealed record AppInstance(InstanceStatus Status, string State, string ProcessType, string Command, string Size);

/// <summary>The instances of one app: what <c>ps</c> shows and what may be done to them.</summary>
internal sealed class AppInstances
{
    public Task<IReadOnlyList<AppInstance>> ListAsync(long appId, CancellationToken cancel) => throw new NotSupportedException();

    /// <summary>Starts new ones in their place; no request fails.</summary>
    /// <param name="name"><c>web.1</c> or <c>web</c>; null for all.</param>
    public Task RestartAsync(long appId, string? name, CancellationToken cancel) => throw new NotSupportedException();

    /// <summary>Ends a one-off (<c>run.4821</c>), or an instance that the reconciler then starts anew.</summary>
    public Task StopAsync(long appId, string name, CancellationToken cancel) => throw new NotSupportedException();

    /// <summary>The app is being destroyed: stops and removes all of its instances and its volumes' mounts; done when it returns.</summary>
    public Task DestroyAsync(AppRow app, CancellationToken cancel) => throw new NotSupportedException();
}
