using Slipway.Control.Store;

namespace Slipway.Control.Deploys;

/// <summary>One deploy while it runs.</summary>
internal sealed class DeployContext(AppRow app, DeployRow deploy, DeployLog log, CancellationToken cancel)
{
    public AppRow App => app;

    public DeployRow Deploy => deploy;

    public DeployLog Log => log;

    /// <summary>The user let go of it, the app is being destroyed, or slipwayd is stopping.</summary>
    public CancellationToken Cancel => cancel;

    /// <summary>What it is to take live; null until there is one.</summary>
    public ReleaseRow? Release { get; set; }
}
