using Slipway.Control.Deploys;

namespace Slipway.Control.Reconcile;

/// <summary>Takes a release live: start, probe, route, verify, promote, drain.</summary>
internal sealed class Rollout
{
    /// <exception cref="Contracts.Errors.SlipwayException">A step failed; the old release serves as before.</exception>
    public Task RunAsync(long appId, long releaseId, DeployLog log, CancellationToken cancel) => throw new NotSupportedException();
}
