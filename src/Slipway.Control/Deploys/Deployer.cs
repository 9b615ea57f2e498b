using Slipway.Contracts.Names;
using Slipway.Control.Store;

namespace Slipway.Control.Deploys;

/// <summary>
/// Starts deploys; each runs on in the background and is followed through <see cref="DeployLogs"/>. Every start throws
/// 409 <c>deploy_in_progress</c> while another deploy of the app runs.
/// </summary>
internal sealed class Deployer
{
    /// <param name="version">For people: a commit, a folder's name.</param>
    public Task<DeployRow> StartSourceAsync(long appId, Digest source, string? version, long accountId, CancellationToken cancel) =>
        throw new NotSupportedException();

    /// <summary>Changes config vars (null unsets one) and releases; without an image yet the release has nothing to roll out.</summary>
    public Task<DeployRow> StartConfigAsync(
        long appId, IReadOnlyDictionary<ConfigKey, string?> changes, long accountId, CancellationToken cancel) =>
        throw new NotSupportedException();

    public Task<DeployRow> StartRollbackAsync(long appId, int version, long accountId, CancellationToken cancel) =>
        throw new NotSupportedException();

    /// <summary>Ends the app's running deploy, if any, and returns when nothing of it runs: the app is being destroyed.</summary>
    public Task CancelAsync(long appId, CancellationToken cancel) => throw new NotSupportedException();
}
