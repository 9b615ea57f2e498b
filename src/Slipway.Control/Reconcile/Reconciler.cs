namespace Slipway.Control.Reconcile;

/// <summary>Makes what runs the same as what the store says, again and again.</summary>
internal sealed class Reconciler : BackgroundService
{
    /// <summary>Something changed: look now, not at the next turn.</summary>
    public void Wake() { }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.CompletedTask;
}
